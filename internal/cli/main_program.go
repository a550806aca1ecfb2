package cli

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/spf13/cobra"
)

// System is everything outside of this process.
func System() World {
	return World{
		Stdin:        os.Stdin,
		Stdout:       os.Stdout,
		Stderr:       os.Stderr,
		Getenv:       os.Getenv,
		Environ:      child.Environ,
		Now:          time.Now,
		Random:       rand.Reader,
		Confine:      true,
		StdoutClosed: disk.Reopened(os.Stdout),
	}
}

// further are the commands that only l5d-pki-render-full has. The linker leaves out of
// the main program what only they use: nothing but [whole] may name them.
type further struct {
	observe, check, prove, audit, report, alerts, fleet, pr, lint func() *cobra.Command
}

// fullProgram has every command.
var fullProgram = program{"l5d-pki-render-full", "L5D_PKI_FULL_PROGRAM", child.Itself, problem.CLIFullProgram, nil, nil}

// sshProgram is the same where it reads SSH keys for custody age.
var sshProgram = program{fullProgram.name, fullProgram.variable, child.SSHKeys, problem.CustodySSHProgram, nil, []string{exchange.Command}}

// Small is [Main] for the main program, which hosts start often: it has the commands
// that they call and those of one rotation. For every other command line, and for help
// and completion, the process becomes l5d-pki-render-full. Where that is not
// installed, what can be done without it is done.
func Small(args []string, w World) int {
	a := &app{World: w}
	a.SSH = exchange.Asking{Call: func(in io.Reader, out io.Writer) error {
		return a.runProgram(context.Background(), sshProgram, in, out)
	}}
	lacks := func(word string) bool { e := a.named(word); return e.name != "" && e.make == nil }
	if len(args) > 0 && a.named(args[0]).make != nil {
		return a.call(args)
	}
	fails := func(err error) int { a.ran = true; return a.finish(err) }
	path := a.findProgram(fullProgram)
	if err := base.RefuseProgram(args, a.Getenv("L5D_PKI_REPOSITORIES"), fullProgram.name, path); err != nil {
		return fails(err)
	}
	code, err := child.Become(path, args, child.Environment(fullProgram.purpose))
	switch {
	case err == nil:
		return code
	case child.Missing(err) && !slices.ContainsFunc(args, lacks):
		return a.call(args)
	}
	return fails(fullProgram.failed.With(path, files.Reason(err)).Because(err))
}
