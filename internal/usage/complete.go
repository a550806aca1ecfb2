package usage

import (
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/internal/terminal"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Complete lets shells complete the flags and arguments of a command and of those
// below it, where they have few values.
func Complete(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		Complete(c)
	}
	register := func(f *pflag.Flag) {
		if values := valuesOf(cmd, f); values != nil {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, values) // a second one alone fails
		}
	}
	cmd.Flags().VisitAll(register)
	cmd.PersistentFlags().VisitAll(register)
	if further := arguments[cmd.Name()]; further != nil && below(cmd) {
		first := cmd.ValidArgs
		cmd.ValidArgs = nil // with them cobra asks for no function
		cmd.ValidArgsFunction = func(cmd *cobra.Command, before []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(before) == 0 && first != nil {
				return only(true, first)
			}
			return further(cmd, before, word)
		}
	}
}

// below reports whether a command is one of the root's own, not of a group such as fleet.
func below(cmd *cobra.Command) bool { return cmd.HasParent() && !cmd.Parent().HasParent() }

// arguments completes what follows the first argument of a command, or that one where
// the command has no ValidArgs.
var arguments = map[string]cobra.CompletionFunc{
	"diff": func(_ *cobra.Command, before []string, _ string) ([]string, cobra.ShellCompDirective) {
		return only(len(before) == 1, state.PhaseNames())
	},
	"plan": func(_ *cobra.Command, before []string, _ string) ([]string, cobra.ShellCompDirective) {
		return only(len(before) == 0, state.Kinds)
	},
	"pr": func(_ *cobra.Command, before []string, _ string) ([]string, cobra.ShellCompDirective) {
		return only(slices.Equal(before, []string{state.MoveStart}), state.Kinds)
	},
}

func only(fits bool, values []string) ([]string, cobra.ShellCompDirective) {
	if !fits {
		values = nil
	}
	return values, cobra.ShellCompDirectiveNoFileComp
}

// valuesOf completes a flag; nil if it may have many values.
func valuesOf(cmd *cobra.Command, f *pflag.Flag) cobra.CompletionFunc {
	if f.Name == "to" && below(cmd) && (cmd.Name() == state.MoveAdvance || cmd.Name() == state.MoveBack) {
		return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return only(true, reachable(cmd.Name(), stateOf(cmd)))
		}
	}
	if values := values(f.Name, f.Usage); values != nil {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	}
	return nil
}

// stateOf is the state that a command line names; nil if it cannot be read: a shell
// that completes has nobody to tell why.
func stateOf(cmd *cobra.Command) *state.Rotation {
	file := cmd.Flag("state")
	path := file.Value.String()
	if named := os.Getenv("L5D_PKI_STATE"); named != "" && !file.Changed {
		path = named
	}
	s, err := statefile.Load(path)
	if err != nil {
		return nil
	}
	return s
}

// reachable are the phases that a move may name now: those after the phase for
// advance, those before it for back.
func reachable(verb string, s *state.Rotation) []string {
	if s == nil || s.Status.Rotation == nil {
		return nil
	}
	table, _ := state.TableOf(s.Status.Rotation.Kind, s.Status.Rotation.Strategy)
	names := []string{state.PhaseStable}
	for _, p := range table.Phases {
		names = append(names, p.Name)
	}
	at := slices.Index(names, s.Status.Phase)
	if at < 0 {
		return nil
	}
	if verb == state.MoveBack {
		return names[:at]
	}
	return append(names[at+1:], state.PhaseStable)
}

// formats are all that some command prints; which ones, its help says.
var formats = []string{"text", "json", "yaml", "markdown", "html", "sarif", "junit", "short", "ics", "rules", "prometheusrule", "dashboard",
	"openmetrics"}

// values are what a flag may have, for completion by shells; nil if they are many.
func values(name, usage string) []string {
	switch name {
	case "custody":
		return state.CustodyKinds
	case "from":
		if strings.HasPrefix(usage, "kind of custody") {
			return state.CustodyKinds
		}
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
