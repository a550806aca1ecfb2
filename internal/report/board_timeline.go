package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/picture"
	"github.com/l5d-pki/l5d-pki-render/internal/report/document"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// timelineColumns is the width of the picture that Markdown has.
const timelineColumns = 100

// timeline is the phases one after the other, and the lives of certificates.
func (b Board) timeline() (blocks []document.Block) {
	if b.Plan != nil {
		blocks = append(blocks, document.Figure{
			Caption: "The phases of the rotation, minutes and days on one axis: the distance grows with the logarithm of the time. Dates ahead are the earliest possible",
			Drawing: b.steps().Inline, Kind: "mermaid", Block: Gantt(b.Plan),
		}, b.phases())
	} else {
		blocks = append(blocks, document.Paragraph(document.Say("No rotation is under way, so there are no phases to come.")))
	}
	validity := Timeline(b.Status)
	validity.Title = "Validity of certificates"
	return append(blocks, document.Figure{
		Caption: "How long each certificate lives, and when each phase was entered",
		Drawing: validity.Inline, Kind: "text", Block: validity.Text(timelineColumns, false),
	})
}

func (b Board) steps() picture.Steps {
	s := picture.Steps{Title: "Phases of the rotation", Now: b.Status.At}
	for _, row := range b.Plan.Rows {
		step := picture.Step{Label: row.Phase, At: row.Earliest, Done: row.Done || row.Passed, Current: row.Phase == b.Status.Phase}
		if row.Passed && !row.Done {
			step.At = time.Time{}
		}
		if row.Wave {
			step.Note = "restarts workloads"
		}
		s.Steps = append(s.Steps, step)
	}
	return s
}

func (b Board) phases() document.Table {
	t := document.Table{Caption: "The phases, one commit each",
		Head: []string{"phase", "state", "trusts", "signs", "entered, or earliest", "restarts", "reverting"}}
	for i, row := range b.Plan.Rows {
		t.Rows = append(t.Rows, []document.Line{
			document.Say("%d. %s", i+1, row.Phase), b.progress(row), document.Say("%s", b.names.all(row.Bundle)), document.Say("%s", b.names.all(row.Issuer)),
			document.Say("%s", entered(row)), document.Say("%s", orNo(restarts(row))), document.Say("%s", revertShort(row)),
		})
	}
	return t
}

// revertShort is RevertWords for a column.
func revertShort(row rotation.PlanRow) string {
	switch safe := Reverts(row); {
	case safe == "safe":
		return "safe"
	case strings.HasPrefix(safe, "0 of"):
		return "not safe"
	default:
		return "the last " + safe + " commits"
	}
}

func entered(row rotation.PlanRow) string {
	if row.Passed && !row.Done {
		return "unknown: not in the log"
	}
	return row.Earliest.Format(minutes)
}

func (b Board) progress(row rotation.PlanRow) document.Line {
	switch {
	case row.Phase == b.Status.Phase:
		return document.Strong.Say("in force")
	case row.Done:
		return document.Good.Say("done")
	case row.Passed:
		return document.Warn.Say("not in the log")
	}
	return document.Say("ahead")
}

func orNo(text string) string {
	if text == "" {
		return "no"
	}
	return text
}

// changes are the commits of the plan, one part each.
func (b Board) changes() (blocks []document.Block) {
	if b.Plan == nil {
		return []document.Block{
			document.Paragraph(document.Say("No rotation is under way. This shows what one would change, as a table of commits:")),
			document.Command("l5d-pki-render plan anchor"),
		}
	}
	blocks = append(blocks, document.Paragraph(document.Say("%s.", capital(Plan{b.Plan}.head()))))
	for i, row := range b.Plan.Rows {
		blocks = append(blocks, document.Heading{ID: fmt.Sprintf("change-%d", i+1), Title: fmt.Sprintf("%d. %s", i+1, row.Phase)},
			b.change(i, row))
		blocks = append(blocks, b.objects(row)...)
	}
	if len(b.Plan.ByHand) > 0 {
		list := document.Callout{Look: document.Warn, Title: "A person delivers this"}
		for _, line := range b.Plan.ByHand {
			list.Items = append(list.Items, document.Say("%s", line))
		}
		blocks = append(blocks, list)
	}
	return blocks
}

func (b Board) change(i int, row rotation.PlanRow) document.Facts {
	before := b.Plan.Before
	if i > 0 {
		before = rotation.Trust{Bundle: b.Plan.Rows[i-1].Bundle, Issuer: b.Plan.Rows[i-1].Issuer}
	}
	facts := document.Facts{
		{Name: "State", Value: b.progress(row)},
		{Name: "Entered, or earliest", Value: document.Say("%s", entered(row))},
		{Name: "Trust bundle", Value: document.Say("%s", arrow(b.names.all(before.Bundle), b.names.all(row.Bundle)))},
		{Name: "Issuer", Value: document.Say("%s", arrow(b.names.all(before.Issuer), b.names.all(row.Issuer)))},
		{Name: "Workloads", Value: document.Say("%s", map[string]string{"": "none restarts", "yes": "all restart", "or wait": "restart, or wait until their leaves are renewed"}[restarts(row)])},
		{Name: "Reverting", Value: document.Say("%s", RevertWords(row))},
	}
	for _, need := range row.Needs {
		facts = append(facts, document.Fact{Name: "Needs " + string(need), Value: document.Say("%s", need.Text())})
	}
	return facts
}

func arrow(from, to string) string {
	if from == to {
		return to + " (unchanged)"
	}
	return from + " → " + to
}
