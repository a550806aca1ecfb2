package cli

import "testing"

// TestEveryCommandHasAPlace: help lists each command of the root under a title,
// in the order of a rotation, and no title is empty.
func TestEveryCommandHasAPlace(t *testing.T) {
	root := whole(World{}).root(nil)
	root.InitDefaultHelpCmd()
	listed := map[string]int{}
	for _, c := range root.Commands() {
		if c.GroupID == "" {
			t.Errorf("%s stands under no title", c.Name())
		}
		if c.Short == "" || c.HasSubCommands() && c.Long == "" && c.Name() != "completion" {
			t.Errorf("%s does not say what it is for", c.Name())
		}
		listed[c.GroupID]++
	}
	for _, g := range root.Groups() {
		if listed[g.ID] == 0 {
			t.Errorf("nothing stands under %q", g.Title)
		}
	}
	if first := root.Commands()[0].Name(); first != "init" {
		t.Errorf("help begins with %s, not with init", first)
	}
}

// TestCommandNames: a start makes only the command that is called, which it finds by
// the name in the list; so that name must be the command's own.
func TestCommandNames(t *testing.T) {
	a := whole(World{})
	for _, s := range a.shelves() {
		for _, e := range s.commands {
			if got := e.make().Name(); got != e.name {
				t.Errorf("the list has %q, the command is %q", e.name, got)
			}
			if got := len(a.root([]string{e.name}).Commands()); got != 1 {
				t.Errorf("%s: %d commands were made", e.name, got)
			}
		}
	}
}
