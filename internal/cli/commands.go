package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/terminal"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Commands are listed in the order in which a rotation needs them.
func init() { cobra.EnableCommandSorting = false }

// shelf is one part of the list of commands, with its title.
type shelf struct {
	title    string
	commands []*cobra.Command
}

// shelves is the list of commands as help shows it.
func (a *app) shelves() []shelf {
	return []shelf{
		{"The rotation", []*cobra.Command{a.initialize(), a.status(), a.doctor(), a.observe(), a.check(), a.plan(), a.diff(), a.start(), a.advance(), a.back(), a.rollout(), a.prove(), a.log(), a.alerts(), a.fleet()}},
		{"In Git", []*cobra.Command{a.sync(), a.pr(), a.lint(), a.workloads(), a.component(), a.evidenceCommands()}},
		{"Rendering", []*cobra.Command{a.postRender(), a.chart(), a.values(), a.manifests()}},
		{"Private keys", []*cobra.Command{a.custody()}},
		{"Hosts", []*cobra.Command{a.helmPlugin(), a.cmp(), a.krm()}},
		{about, []*cobra.Command{a.explain(), a.schema(), a.version(), a.metadata()}},
	}
}

// about is the part that cobra's own commands, help and completion, go to.
const about = "About this program"

// completeFlags lets shells complete flags that have few values.
func completeFlags(cmd *cobra.Command) {
	for _, c := range append(cmd.Commands(), cmd) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if values := terminal.Values(f.Name, f.Usage); values != nil {
				_ = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // a second one alone fails
			}
		})
	}
}

func (a *app) addCommands(root *cobra.Command) {
	for _, s := range a.shelves() {
		root.AddGroup(&cobra.Group{ID: s.title, Title: s.title + ":"})
		for _, c := range s.commands {
			c.GroupID = s.title
			root.AddCommand(c)
			completeFlags(c)
		}
	}
	root.SetHelpCommandGroupID(about)
	root.SetCompletionCommandGroupID(about)
	root.InitDefaultCompletionCmd()
}
