// Package cli is the imperative shell: it gathers bytes (arguments,
// environment, files, stdin, the clock), calls the pure core once, and writes once.
//
// The rules of every command:
//
//   - stdout carries data only and is whole or empty;
//   - talk goes to stderr and to the log file (hosts swallow stderr);
//   - exit 0 done, 1 refused or failed, 2 would change (only where asked), 64 usage.
package cli

import (
	"bytes"
	"errors"
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/terminal"
	"github.com/l5d-pki/l5d-pki-render/internal/usage"

	"github.com/spf13/cobra"
)

// World is everything outside the process that a command may touch, so that a
// test can be the world.
type World struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
	// Environ lists the environment as NAME=VALUE; nil lists nothing.
	Environ func() []string
	// StdoutClosed: there is no stdout, and what is written to Stdout is lost.
	StdoutClosed bool
	Now          func() time.Time
	// Random gives the bytes that keys and serials are made of.
	Random io.Reader
	// PassphraseWork is the cost of a passphrase (see [custody.World]); 0 is the default.
	PassphraseWork int
	// SSH reads SSH keys of custody age; [Small] has l5d-pki-render-full do it.
	SSH exchange.Library
	// Program is the path of this program, to be copied; empty: the system knows.
	Program string
	// Confine runs `cmp generate` in a child process with limits. That child is
	// this program again, so a test that is no program leaves it out.
	Confine bool
	// Step, if set, is called before each change of the disk, with its name.
	Step func(name string)
	// Fault, if set, is asked before each change of the disk; its error is what
	// the disk answers.
	Fault func(name string) error
	// Forge, if set, answers for the forge behind a remote's address, in place of
	// the one that is found there.
	Forge func(remoteURL string) (forge.Forge, error)
}

// app is one call: its world, its flags, and what it will write.
type app struct {
	World
	others further      // the commands that not every program has
	data   []byte       // what a command made, for stdout
	stream io.WriterTo  // the same, where it is large
	out    bytes.Buffer // what the command tree itself prints: help, completion
	talk   bytes.Buffer // notes for stderr and the log file
	// onStdout, if set, is told whether data reached stdout.
	onStdout func(err error)
	logFile  string
	color    string
	// jsonErrors: a program reads stderr (-o json).
	jsonErrors bool
	piped      map[string][]byte // what was read from pipes (see readOnce)
	tokens     forge.Tokens
	ran        bool // a command's own code was reached: an error before that is one of usage
}

// errFound ends a command with exit code 1 after it wrote its data: what it
// looked for was found (lint). It prints nothing of its own.
var errFound = errors.New("findings")

// errWouldChange ends a --check with exit code 2 after it wrote its data:
// what it looked at is not as it should be. It prints nothing of its own.
var errWouldChange = errors.New("would change")

// Main runs one call and gives its exit code.
func Main(args []string, w World) int { return whole(w).call(args) }

// whole is a call of the program that has every command.
func whole(w World) *app {
	a := &app{World: w}
	a.others = further{a.observe, a.check, a.prove, a.audit, a.boardReport, a.alerts, a.fleet, a.pr, a.lint}
	return a
}

func (a *app) call(args []string) int {
	root := a.root(args)
	root.SetArgs(append([]string{}, args...)) // of nil, cobra would take those of the process
	root.SetIn(a.Stdin)
	root.SetErr(&a.talk)
	cmd, err := root.ExecuteC()
	if err != nil && !a.ran {
		err = usage.Explained(cmd, args, err)
	}
	if o := cmd.Flags().Lookup("output"); o != nil && o.Value.String() == results.JSON {
		a.jsonErrors = true
	}
	return a.finish(err)
}

// root is the command tree.
func (a *app) root(args []string) *cobra.Command {
	root := &cobra.Command{
		Use:   "l5d-pki-render",
		Short: "Linkerd PKI rotations as reviewed Git commits",
		Long: `l5d-pki-render reads one state file (rotation.yaml) that says which phase a
Linkerd PKI rotation is in, and renders the Helm values or the patched
manifests of that phase: the same bytes every time.

In trouble: status says where the rotation is and what may come next, back
goes one phase back if that is safe, explain CODE says what an error means and
what to do. None of these changes a cluster, and only --observe reads one.

Every flag can be given by the environment: --state as L5D_PKI_STATE,
--log-file as L5D_PKI_LOG, any other --some-flag as L5D_PKI_SOME_FLAG.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.flagsFromEnvironment(cmd)
		},
		RunE: a.noCommand,
	}
	root.PersistentFlags().StringVar(&a.logFile, "log-file", "", "append messages to this file too (env L5D_PKI_LOG); Helm and Argo CD swallow stderr")
	root.PersistentFlags().Var(terminal.Colors(&a.color), "color", "color of reports: auto (on a terminal without NO_COLOR), always or never")
	root.SetOut(&a.out) // before cobra's own commands are made, which keep it
	a.addCommands(root, args)
	return root
}
