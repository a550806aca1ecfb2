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

// entry is a command's name and what makes the command; nil where this program has it not.
type entry struct {
	name string
	make func() *cobra.Command
}

// shelves is the list of commands as help shows it.
func (a *app) shelves() []shelf {
	f := a.others
	return []shelf{
		{"The rotation", []entry{
			{"init", a.initialize}, {"status", a.status}, {"doctor", a.doctor}, {"observe", f.observe}, {"check", f.check},
			{"plan", a.plan}, {"diff", a.diff}, {"start", a.start}, {"advance", a.advance}, {"back", a.back}, {"rollout", a.rollout},
			{"prove", f.prove}, {"log", a.log}, {"audit", f.audit}, {"report", f.report}, {"alerts", f.alerts}, {"fleet", f.fleet},
		}},
		{"In Git", []entry{
			{"sync", a.sync}, {"pr", f.pr}, {"lint", f.lint}, {"workloads", a.workloads},
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
	var called entry
	if len(args) > 0 {
		called = a.named(args[0])
	}
	for _, s := range a.shelves() {
		root.AddGroup(&cobra.Group{ID: s.title, Title: s.title + ":"})
		for _, e := range s.commands {
			if e.make == nil || called.name != "" && called.name != e.name {
				continue
			}
			c := e.make()
			c.GroupID = s.title
			root.AddCommand(c)
		}
	}
	root.SetHelpCommandGroupID(about)
	root.SetCompletionCommandGroupID(about)
	root.CompletionOptions.DisableDefaultCmd = called.name != ""
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if !c.Runnable() { // else any word behind it would do, without an error
			c.RunE = a.noCommand
		}
	}
	usage.GroupFlags(root)
	if called.name == "" {
		usage.Help(root)
		usage.Complete(root)
	}
}

// named is the command of a name, if there is one.
func (a *app) named(name string) (e entry) {
	for _, s := range a.shelves() {
		if i := slices.IndexFunc(s.commands, func(e entry) bool { return e.name == name }); i >= 0 {
			return s.commands[i]
		}
	}
	return e
}
