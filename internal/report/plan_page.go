package report

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// minutes is how a plan writes instants: in UTC, as a Z says.
const minutes = "2006-01-02 15:04Z"

// Page adds the commits as a table, the names of certificates, and then what each
// commit changes, what it needs, and how many commits may be reverted after it.
func (r Plan) Page(p *screen.Page) {
	n := namesOf(r.Certificates)
	p.Line("", screen.Bold.Say(r.head()))
	p.Blank()
	var rows [][]screen.Text
	var used [][]string
	for i, row := range r.Rows {
		used = append(used, row.Bundle, row.Issuer)
		rows = append(rows, []screen.Text{
			screen.Say(fmt.Sprint(i + 1)), screen.Bold.Say(row.Phase), screen.Say(n.all(row.Bundle)), screen.Say(n.all(row.Issuer)),
			screen.Say(row.Earliest.Format(minutes)), progress(row), screen.Say(restarts(row)), screen.Say(strings.Join(row.Changes, ", ")),
		})
	}
	p.Table([]screen.Column{
		{Title: "#"}, {Title: "phase"}, {Title: "trusts"}, {Title: "signs"}, {Title: "earliest"}, {Title: "needs", Wraps: true, Shrink: 16},
		{Title: "restarts", Optional: 1}, {Title: "changes", Optional: 2},
	}, rows...)
	p.Blank()
	n.legend(p, used)
	for i, row := range r.Rows {
		p.Blank()
		p.Line(fmt.Sprintf("%d ", i+1), screen.Bold.Say(row.Phase))
		r.details(p, row)
	}
	for i, line := range r.ByHand {
		if i == 0 {
			p.Blank()
			p.Line("", screen.Say("to be delivered by hand:"))
		}
		p.Line("- ", screen.Say(line))
	}
}

// progress is that a commit is made, or what it needs.
func progress(row rotation.PlanRow) screen.Text {
	switch {
	case row.Done:
		return screen.Good.Say("done")
	case row.Passed:
		return screen.Warn.Say("not in the log")
	}
	return screen.Say(Needs(row.Needs))
}

// restarts says whether a commit restarts the workloads.
func restarts(row rotation.PlanRow) string {
	if row.WaveChoice && !row.Wave {
		return "or wait"
	}
	return Wave(row)
}

func (r Plan) details(p *screen.Page, row rotation.PlanRow) {
	changes := strings.Join(row.Changes, ", ")
	if changes == "" {
		changes = "nothing in the manifests"
	}
	p.Line("  changes  ", screen.Say(changes))
	for _, need := range row.Needs {
		p.Line("  needs    ", screen.Say(fmt.Sprintf("%s: %s", need, need.Text())))
	}
	if words := restarts(row); words != "" {
		p.Line("  restarts ", screen.Say(map[string]string{"yes": "the workloads", "or wait": "the workloads, or wait until their leaves are renewed"}[words]))
	}
	p.Line("  revert   ", screen.Say(RevertWords(row)))
}

// RevertWords says how many commits may be reverted in a row, the last one first.
func RevertWords(row rotation.PlanRow) string {
	safe := 0
	for safe < len(row.Reverts) && row.Reverts[safe].Verdict.Safe {
		safe++
	}
	switch all := len(row.Reverts); {
	case safe == 0:
		return "reverting this commit is not safe: use `l5d-pki-render back`, which says why"
	case all == 1:
		return "reverting this commit is safe"
	case safe == all:
		return fmt.Sprintf("reverting all %d commits is safe", all)
	case safe == 1:
		return fmt.Sprintf("reverting this commit is safe, but no more of the %d", all)
	default:
		return fmt.Sprintf("reverting the last %d of the %d commits is safe, but no more", safe, all)
	}
}
