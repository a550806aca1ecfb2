package report

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// Diagnoses are what doctor found, for people and programs.
type Diagnoses []recovery.Diagnosis

// Data is what -o json prints.
func (r Diagnoses) Data() any {
	if r == nil {
		return []recovery.Diagnosis{}
	}
	return []recovery.Diagnosis(r)
}

// Text is what a terminal shows.
func (r Diagnoses) Text() string {
	if len(r) == 0 {
		return "nothing is wrong that the state, Git and the evidence can show\n"
	}
	var b strings.Builder
	for _, d := range r {
		fmt.Fprintf(&b, "%s\n  %s\n", d.Name, d.Means)
		for _, why := range d.Because {
			fmt.Fprintf(&b, "  - %s\n", why)
		}
		for i, s := range d.Steps {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, s.Text+s.Command)
		}
		if d.Person != "" {
			fmt.Fprintf(&b, "  %s\n", d.Person)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Markdown is the same for a pull request.
func (r Diagnoses) Markdown() string {
	var b strings.Builder
	for _, d := range r {
		fmt.Fprintf(&b, "### %s\n\n%s\n\n", d.Name, d.Means)
		for _, why := range d.Because {
			fmt.Fprintf(&b, "- %s\n", sink.Markdown(why))
		}
		b.WriteString("\n")
		for i, s := range d.Steps {
			if s.Command != "" {
				s.Text = "`" + s.Command + "`"
			}
			fmt.Fprintf(&b, "%d. %s\n", i+1, s.Text)
		}
		if d.Person != "" {
			fmt.Fprintf(&b, "\n%s\n", d.Person)
		}
	}
	return b.String()
}
