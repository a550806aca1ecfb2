package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestValueNames: help names the value of a flag by its type or in capitals. A word in
// backquotes in the text of a flag would become that name.
func TestValueNames(t *testing.T) {
	types := []string{"", "string", "strings", "stringArray", "int", "duration"}
	seen := 0
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			name, _ := pflag.UnquoteUsage(f)
			if seen++; !slices.Contains(types, name) && (name != strings.ToUpper(name) || strings.Contains(name, " ")) {
				t.Errorf("%s --%s: the value is called %q", c.CommandPath(), f.Name, name)
			}
		})
		for _, below := range c.Commands() {
			walk(below)
		}
	}
	if walk(whole(World{}).root(nil)); seen < 100 {
		t.Errorf("%d flags", seen)
	}
}
