package check

import (
	"fmt"
	"html"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// junit is a report as GitLab, Jenkins and GitHub's actions read it. (encoding/xml
// would be as much of the program as this package is.)
func junit(r Report) ([]byte, error) {
	var suites strings.Builder
	tests, failures := 0, 0
	for _, c := range r.Categories {
		var cases strings.Builder
		failed := 0
		for _, check := range c.Checks {
			said := sink.Log(check.Error + "\nsee " + check.Hint + " for hints")
			inside := ""
			switch check.Result {
			case Success:
			case Failure:
				message, _, _ := strings.Cut(check.Error, ":\n")
				inside = fmt.Sprintf("\n      <failure message=\"%s\">%s</failure>\n    ", inXML(sink.OneLine(message)), inXML(said))
				failed++
			case Warning: // has not failed
				inside = "\n      <system-out>" + inXML("warning: "+said) + "</system-out>\n    "
			}
			fmt.Fprintf(&cases, "    <testcase classname=\"%s\" name=\"%s\">%s</testcase>\n", inXML(c.Name), inXML(sink.OneLine(check.Description)), inside)
		}
		tests, failures = tests+len(c.Checks), failures+failed
		fmt.Fprintf(&suites, "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\">\n%s  </testsuite>\n", inXML(c.Name), len(c.Checks), failed, cases.String())
	}
	return fmt.Appendf(nil, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%d\" failures=\"%d\">\n%s</testsuites>\n", tests, failures, suites.String()), nil
}

// spaces are characters that an attribute would otherwise have as blanks.
var spaces = strings.NewReplacer("\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")

// inXML is a text as an attribute's value or an element's. What XML cannot have is
// the replacement character.
func inXML(text string) string {
	return spaces.Replace(html.EscapeString(strings.Map(func(r rune) rune {
		if r < ' ' && !strings.ContainsRune("\t\n\r", r) || r == 0xFFFE || r == 0xFFFF {
			return 0xFFFD
		}
		return r
	}, text)))
}
