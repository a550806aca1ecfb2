package sink

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name is a file name, or other text of somebody else, as a report shows it:
// quoted where a terminal, a CI or a reader could take it for something else, and cut
// where it is long.
func Name(name string) string {
	name = short(name)
	harmless := name != "" && utf8.ValidString(name) && !strings.HasPrefix(name, ":") && !strings.ContainsAny(name, "\"`\\") &&
		!strings.Contains(name, "##") && strings.TrimSpace(name) == name
	for _, c := range name {
		harmless = harmless && unicode.IsPrint(c)
	}
	if harmless {
		return name
	}
	// "##[" and "##vso[" are commands to some runners wherever they stand.
	return strings.ReplaceAll(strconv.QuoteToASCII(name), "##", `#\x23`)
}
