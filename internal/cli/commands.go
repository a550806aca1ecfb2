package cli

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/usage"

	"github.com/spf13/cobra"
)

// Commands are listed in the order in which a rotation needs them.
func init() { cobra.EnableCommandSorting = false }

// shelf is one part of the list of commands, with its title.
type shelf struct {
	title    string
	commands []entry
}

// entry is a command's name and what makes the command.
type entry struct {
	name string
	make func() *cobra.Command
}

// shelves is the list of commands as help shows it.
func (a *app) shelves() []shelf {
	return []shelf{
		{"The rotation", []entry{
			{"init", a.initialize}, {"status", a.status}, {"doctor", a.doctor}, {"observe", a.observe}, {"check", a.check},
			{"plan", a.plan}, {"diff", a.diff}, {"start", a.start}, {"advance", a.advance}, {"back", a.back}, {"rollout", a.rollout},
			{"prove", a.prove}, {"log", a.log}, {"audit", a.audit}, {"report", a.boardReport}, {"alerts", a.alerts}, {"fleet", a.fleet},
		}},
		{"In Git", []entry{
			{"sync", a.sync}, {"pr", a.pr}, {"lint", a.lint}, {"workloads", a.workloads},
			{"component", a.component}, {"evidence", a.evidenceCommands},
		}},
		{"Rendering", []entry{{"post-render", a.postRender}, {"chart", a.chart}, {"values", a.values}, {"manifests", a.manifests}}},
		{"Private keys", []entry{{"custody", a.custody}}},
		{"Hosts", []entry{{"helm-plugin", a.helmPlugin}, {"cmp", a.cmp}, {"krm", a.krm}}},
		{about, []entry{{"explain", a.explain}, {"schema", a.schema}, {"version", a.version}, {extensionMetadata, a.metadata}}},
	}
}

// about is the part that cobra's own commands, help and completion, go to.
const about = "About this program"

// addCommands adds the command that is called; where the arguments do not begin with
// a command's name, all of them. (Making them all is a third of a start's work.)
func (a *app) addCommands(root *cobra.Command, args []string) {
	shelves := a.shelves()
	called := named(shelves, args)
	for _, s := range shelves {
		root.AddGroup(&cobra.Group{ID: s.title, Title: s.title + ":"})
		for _, e := range s.commands {
			if called != "" && called != e.name {
				continue
			}
			c := e.make()
			c.GroupID = s.title
			root.AddCommand(c)
		}
	}
	root.SetHelpCommandGroupID(about)
	root.SetCompletionCommandGroupID(about)
	root.CompletionOptions.DisableDefaultCmd = called != ""
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if !c.Runnable() { // else any word behind it would do, without an error
			c.RunE = a.noCommand
		}
	}
	usage.GroupFlags(root)
	if called == "" {
		usage.Help(root)
		usage.Complete(root)
	}
}

// named is the command that the first argument names, or "".
func named(shelves []shelf, args []string) string {
	if len(args) == 0 {
		return ""
	}
	for _, s := range shelves {
		if slices.ContainsFunc(s.commands, func(e entry) bool { return e.name == args[0] }) {
			return args[0]
		}
	}
	return ""
}
