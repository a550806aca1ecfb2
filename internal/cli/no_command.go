package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"
)

// errNoCommand: a host that passes no arguments (Helm before 3.9) would take the
// help text for manifests.
var errNoCommand = errors.New("no command, but data on stdin; as a post-renderer, run `l5d-pki-render post-render`, in a script of its own if the host passes no arguments")

// noCommand prints the help, unless a program is writing to stdin.
func (a *app) noCommand(cmd *cobra.Command, _ []string) error {
	if a.isPiped() {
		return errNoCommand
	}
	return cmd.Help()
}

// isPiped reports whether stdin is a pipe, a socket or a file: it is not read, since
// a pipe that nobody writes to never ends. /dev/null and terminals are devices.
func (a *app) isPiped() bool {
	if f, ok := a.Stdin.(*os.File); ok {
		info, err := f.Stat()
		return err == nil && info.Mode()&os.ModeDevice == 0
	}
	if a.Stdin == nil {
		return false
	}
	n, _ := a.Stdin.Read(make([]byte, 1))
	return n > 0
}
