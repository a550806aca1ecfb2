//go:build !unix

package child

import (
	"os"
	"os/exec"
	"os/signal"
)

// Become runs a program in the place of this one, which waits for its exit code. What
// the user interrupts is that program.
func Become(name string, args, env []string) (code int, err error) {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	signal.Ignore(os.Interrupt)
	if err := cmd.Run(); cmd.ProcessState == nil {
		return -1, &Failure{Err: err, Code: -1}
	}
	return cmd.ProcessState.ExitCode(), nil
}
