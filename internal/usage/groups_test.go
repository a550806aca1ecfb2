package usage

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestGroups: the help of a command with many flags shows each once, below its group,
// and a group only where the flag is that it begins with.
func TestGroups(t *testing.T) {
	t.Parallel()
	few, many := &cobra.Command{Use: "few", Short: "few flags"}, &cobra.Command{Use: "many", Short: "many flags"}
	few.Flags().String("forge", "", "kind of forge")
	for _, g := range groups {
		for _, name := range g.flags {
			if g.title != "Guard" && many.Flags().Lookup(name) == nil {
				many.Flags().String(name, "", "what "+name+" does")
			}
		}
	}
	many.Flags().String("head", "", "of no group here")
	for _, c := range []*cobra.Command{few, many} {
		c.Run = func(*cobra.Command, []string) {}
	}
	help := func(c *cobra.Command) string {
		root := &cobra.Command{Use: "program"}
		root.AddCommand(c)
		GroupFlags(root)
		var out strings.Builder
		root.SetOut(&out)
		root.SetArgs([]string{c.Name(), "--help"})
		if err := root.Execute(); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if text := help(few); strings.Contains(text, "Branch and pull request") {
		t.Errorf("groups for two flags:\n%s", text)
	}
	text := help(many)
	many.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if n := strings.Count(text, " --"+f.Name+" "); f.Name != "help" && n != 1 {
			t.Errorf("--%s is shown %d times", f.Name, n)
		}
	})
	section := func(title string) string {
		_, from, _ := strings.Cut(text, "\n"+title+":\n")
		of, _, _ := strings.Cut(from, "\n\n")
		return of
	}
	for title, flag := range map[string]string{"Flags": "--head", "Fleet": "--member", "Live cluster": "--dial", "Branch and pull request": "--ca-file"} {
		if !strings.Contains(section(title), flag+" ") {
			t.Errorf("%s is not below %q:\n%s", flag, title, text)
		}
	}
	if strings.Contains(text, "\nGuard:\n") {
		t.Errorf("a group without the flag that it begins with:\n%s", text)
	}
}
