// Package child runs other programs: git, sops, kubeseal and the programs of
// this module. It is the only package that imports os/exec or reads the whole
// environment of the process.
//
// A program gets the variables that [Environment] lists for its purpose and no
// others, a limit of time, and a process group that is ended with it. What it
// writes to stderr is kept up to a limit, for the error message.
package child

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Command is one run of a program.
type Command struct {
	Name string
	Args []string
	Dir  string // "" is the current directory
	Env  []string
	// Stdin and Stdout may be nil: nothing to read, nothing kept.
	Stdin  io.Reader
	Stdout io.Writer
	// Wait limits the run; 0 leaves the limit to the context.
	Wait time.Duration
	// Asks says that the program may ask the user something on the terminal, as
	// ssh asks for a passphrase. It then stays in the terminal's process group,
	// since a program in any other group is stopped when it reads there.
	Asks bool
	// Stderr, if not nil, gets what the program writes there, also where it
	// succeeds.
	Stderr io.Writer
	// WithParent ends the program when this process dies, even by SIGKILL (Linux).
	WithParent bool
}

// Failure is why a program did not succeed.
type Failure struct {
	// Err is the reason: [context.DeadlineExceeded] after Wait, an
	// [exec.ExitError], or why the program did not start.
	Err error
	// Code is the exit code, -1 if the program did not run to its end.
	Code int
	// Stderr is what it wrote there, its middle left out where it is long.
	Stderr string
}

func (f *Failure) Error() string { return f.Err.Error() }
func (f *Failure) Unwrap() error { return f.Err }

// Missing reports whether there is no such program.
func (f *Failure) Missing() bool {
	return errors.Is(f.Err, exec.ErrNotFound) || errors.Is(f.Err, fs.ErrNotExist)
}

// Missing reports whether an error is that there is no such program.
func Missing(err error) bool {
	f, is := errors.AsType[*Failure](err)
	return is && f.Missing()
}

// Killed reports whether SIGKILL ended the program, which the kernel sends where
// memory runs out.
func (f *Failure) Killed() bool {
	var exit *exec.ExitError
	if !errors.As(f.Err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// Run runs the program to its end. The error is a *[Failure].
func (c Command) Run(ctx context.Context) error {
	if c.Wait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Wait)
		defer cancel()
	}
	var stderr excerpt
	cmd, err := c.run(ctx, &stderr)
	ended := cmd.ProcessState != nil && cmd.ProcessState.Exited()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && !ended:
		err = ctx.Err()
	}
	f := &Failure{Err: err, Code: -1, Stderr: stderr.String()}
	if ended {
		f.Code = cmd.ProcessState.ExitCode()
	}
	return f
}

func (c Command) run(ctx context.Context, stderr io.Writer) (*exec.Cmd, error) {
	cmd := exec.CommandContext(ctx, c.Name, c.Args...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.WaitDelay = c.Dir, c.Env, c.Stdin, drain
	if cmd.Env == nil {
		cmd.Env = []string{} // nil would mean the environment of this process
	}
	stdout := c.Stdout
	if stdout == nil {
		stdout = io.Discard
	}
	if c.Stderr != nil {
		stderr = io.MultiWriter(stderr, c.Stderr)
	}
	end := group(cmd, c.Asks)
	if c.WithParent {
		runtime.LockOSThread() // the signal comes when the thread that started the program ends
		defer runtime.UnlockOSThread()
		endWithParent(cmd)
	}
	out, err := newPipe()
	if err != nil {
		return cmd, err
	}
	talk, err := newPipe()
	if err != nil {
		out.drop()
		return cmd, err
	}
	cmd.Stdout, cmd.Stderr = out.write, talk.write
	if err := cmd.Start(); err != nil {
		out.drop()
		talk.drop()
		return cmd, err
	}
	out.carry(stdout)
	talk.carry(stderr)
	err = cmd.Wait()
	end()
	if errors.Is(err, exec.ErrWaitDelay) || cmd.ProcessState.Success() { // it succeeded before a limit, or left a part of its input
		err = nil
	}
	failed := out.finish()
	said := talk.finish()
	if err == nil {
		err = errors.Join(failed, said)
	}
	return cmd, err
}

// Output runs the program and returns what it wrote to stdout, also where it
// failed.
func (c Command) Output(ctx context.Context) ([]byte, error) {
	var out bytes.Buffer
	c.Stdout = &out
	err := c.Run(ctx)
	return out.Bytes(), err
}
