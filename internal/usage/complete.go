package usage

import (
	"slices"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/terminal"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// CompleteFlags lets shells complete flags that have few values.
func CompleteFlags(cmd *cobra.Command) {
	for _, c := range append(cmd.Commands(), cmd) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if values := values(f.Name, f.Usage); values != nil {
				_ = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // a second one alone fails
			}
		})
	}
}

// formats are all that some command prints; which ones, its help says.
var formats = []string{"text", "json", "yaml", "markdown", "sarif", "junit", "short", "ics", "rules", "prometheusrule", "dashboard", "openmetrics"}

// values are what a flag may have, for completion by shells; nil if they are many.
func values(name, usage string) []string {
	switch name {
	case "custody":
		return state.CustodyKinds
	case "strategy":
		return state.Strategies
	case "leaves":
		return state.LeavesWays
	case "assume":
		return state.NeedCodes
	case "issuer-scheme":
		return state.Schemes
	case "color":
		return []string{terminal.Auto, terminal.Always, terminal.Never}
	case "output":
		named := strings.FieldsFunc(usage, func(r rune) bool { return !unicode.IsLetter(r) })
		return slices.DeleteFunc(slices.Clone(formats), func(format string) bool { return !slices.Contains(named, format) })
	}
	return nil
}
