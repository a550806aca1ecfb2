package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/terminal"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// program is one that links libraries which this one does without, since they
// take long to start or much room; only the commands that need it pay for it.
type program struct {
	name string
	// variable of the environment that names its path.
	variable string
	// purpose decides which of our variables it gets.
	purpose child.Purpose
	// failed takes the path and the reason.
	failed problem.Sentence
	// progress, if not nil, gets what it writes to stderr.
	progress io.Writer
	args     []string
}

// longWork is what programs do that may take longer than a second. Others show it
// themselves, or wait for a person.
var longWork = map[string]string{"l5d-pki-render-chart": "rendering", "l5d-pki-render-forge": "asking the forge"}

// programPatience is how long a program may take: it may ask a server, or wait
// for a person to touch a key.
const programPatience = 20 * time.Minute

// errSignalled: a signal ended this program, and with it the one that it ran.
var errSignalled = errors.New("stopped by a signal")

// runProgram hands in to the program and gives its stdout; its talk is nobody's.
// A signal ends both: the program might wait for a server for minutes.
func (a *app) runProgram(ctx context.Context, p program, in io.Reader, out io.Writer) error {
	path := a.findProgram(p)
	if what := longWork[p.name]; what != "" {
		defer terminal.Busy(a.Stderr, a.Getenv, what)()
	}
	caller := ctx
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, os.Interrupt)
	defer stop()
	err := child.Command{
		Name: path, Args: p.args, Stdin: in, Stdout: out, Stderr: p.progress, Wait: programPatience, WithParent: true,
		Env: child.Environment(p.purpose, "TZ=UTC"), // templates that format an instant do it the same everywhere
	}.Run(ctx)
	switch {
	case ctx.Err() != nil && caller.Err() == nil:
		return p.failed.With(path, errSignalled).Because(errSignalled)
	case err != nil:
		return p.failed.With(path, files.Reason(err)).Because(err)
	}
	return nil
}

// findProgram looks where the environment names it, beside this program, and in the PATH.
func (a *app) findProgram(p program) string { return child.Find(p.name, a.Getenv(p.variable)) }
