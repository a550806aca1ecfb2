package usage

import (
	"fmt"

	"github.com/spf13/cobra"
)

// Help makes `help NAME` an error if there is no such command; cobra prints the help
// of the whole program then.
func Help(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() == helpName {
			c.Args = func(_ *cobra.Command, args []string) error {
				if group, rest := helped(root, args); group.HasSubCommands() && len(rest) > 0 {
					return fmt.Errorf("unknown command %q for %q", rest[0], group.CommandPath())
				}
				return nil
			}
		}
	}
}

const helpName = "help"

// helped is the command whose help is asked for, and the arguments that name none.
func helped(root *cobra.Command, args []string) (*cobra.Command, []string) {
	found, rest, err := root.Find(args)
	if err != nil || found == nil {
		return root, args
	}
	return found, rest
}
