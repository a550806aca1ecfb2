package terminal

import (
	"slices"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// formats are all that some command prints; which ones, its help says.
var formats = []string{"text", "json", "yaml", "markdown", "sarif", "junit", "short", "ics", "rules", "prometheusrule", "dashboard", "openmetrics"}

// Values are what a flag may have, for completion by shells; nil if they are many.
func Values(name, usage string) []string {
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
		return []string{Auto, Always, Never}
	case "output":
		named := strings.FieldsFunc(usage, func(r rune) bool { return !unicode.IsLetter(r) })
		return slices.DeleteFunc(slices.Clone(formats), func(format string) bool { return !slices.Contains(named, format) })
	}
	return nil
}
