package report

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// Diagnoses are what doctor found, for people and programs.
type Diagnoses struct {
	Found []recovery.Diagnosis
	// Facts are what it went by.
	Facts recovery.Facts
}

// Data is what -o json prints.
func (r Diagnoses) Data() any {
	if r.Found == nil {
		return []recovery.Diagnosis{}
	}
	return r.Found
}

// Text is what a terminal shows.
func (r Diagnoses) Text() string {
	if len(r.Found) == 0 {
		return r.healthy()
	}
	var b strings.Builder
	for _, d := range r.Found {
		fmt.Fprintf(&b, "%s\n  %s\n", d.Name, d.Means)
		for _, why := range d.Because {
			fmt.Fprintf(&b, "  - %s\n", sink.Line(why))
		}
		for i, s := range d.Steps {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, sink.Line(s.Text+s.Command))
		}
		if d.Person != "" {
			fmt.Fprintf(&b, "  %s\n", d.Person)
		}
		b.WriteString("\n")
	}
	b.WriteString(r.notLooked())
	return b.String()
}

// healthy says what nothing wrong was found in, and what was not read.
func (r Diagnoses) healthy() string {
	looked := []string{"the state file", "its key files"}
	if r.Facts.NoHistory == nil {
		looked = append(looked, "its Git history")
	}
	if r.Facts.Compared > 0 {
		looked = append(looked, "its outputs")
	}
	if n := len(r.Facts.Observed); n > 0 {
		looked = append(looked, fmt.Sprintf("%d observation%s", n, map[bool]string{true: "s"}[n > 1]))
	}
	last := len(looked) - 1
	text := "no problems found in " + strings.Join(looked[:last], ", ") + " and " + looked[last] + "\n" + r.notLooked()
	if len(r.Facts.Observed) == 0 {
		text += "not checked: the cluster (use --evidence FILE or --observe)\n"
	}
	return text
}

// notLooked says what was not read.
func (r Diagnoses) notLooked() (text string) {
	if r.Facts.NoHistory != nil {
		text = fmt.Sprintf("not checked: the Git history of the state file: %v\n", r.Facts.NoHistory)
	}
	if list := r.Facts.UncheckedOutputs; len(list) > 0 {
		text += "not checked: " + strings.Join(list, ", ") + " (use `l5d-pki-render sync --check`)\n"
	}
	return text
}

// Markdown is the same for a pull request.
func (r Diagnoses) Markdown() string {
	var b strings.Builder
	for _, d := range r.Found {
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
	if note := r.notLooked(); note != "" {
		b.WriteString("\n" + sink.Markdown(strings.TrimSuffix(note, "\n")) + "\n")
	}
	return b.String()
}
