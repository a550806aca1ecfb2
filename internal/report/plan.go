package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Plan is a plan for people and programs.
type Plan struct{ *rotation.Plan }

// Data is what -o json prints.
func (r Plan) Data() any { return r.Plan }

func (r Plan) head() string {
	kind := r.Kind
	if r.Strategy != "" {
		kind += " (" + r.Strategy + ")"
	}
	return fmt.Sprintf("%s: %s, %s, over at %s at the earliest", kind, problem.Counted(len(r.Rows), "commit"),
		problem.Counted(r.Waves, "wave"), r.End.Format(time.RFC3339))
}

func (r Plan) rows() [][]string {
	rows := [][]string{{"#", "phase", "bundle", "issuer", "needs", "wave", "earliest", "revert", "changes"}}
	for i, row := range r.Rows {
		number := fmt.Sprint(i + 1)
		switch {
		case row.Done:
			number += " done"
		case row.Passed:
			number += " not in the log"
		}
		rows = append(rows, []string{
			number, row.Phase, Short(row.Bundle), Short(row.Issuer), Needs(row.Needs), Wave(row),
			row.Earliest.Format(time.RFC3339), Reverts(row), strings.Join(row.Changes, ", "),
		})
	}
	return rows
}

// Text is the page of a view without color.
func (r Plan) Text() string { return paged(r, screen.View{}) }

// byHand lists what a person must deliver, by phase.
func (r Plan) byHand() (text string) {
	for i, line := range r.ByHand {
		if i == 0 {
			text = "\nto be delivered by hand:\n\n"
		}
		text += "- " + line + "\n"
	}
	return text
}

// Markdown is the same for a pull request.
func (r Plan) Markdown() string {
	return "### Plan of the rotation\n\n" + r.head() + "\n\n" + MarkdownTable(r.rows()) + r.byHand() + "\n```mermaid\n" + Gantt(r.Plan) + "```\n"
}
