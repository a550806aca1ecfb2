package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/picture"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// ganttLimit is the size of a Mermaid diagram that every forge still draws, in bytes.
const ganttLimit = 2000

// MarkdownRows makes of texts of somebody else what a Markdown table may hold, in place.
func MarkdownRows(rows [][]string) [][]string {
	for _, row := range rows {
		for i := range row {
			row[i] = sink.Markdown(row[i])
		}
	}
	return rows
}

// Needs are the names of needs, in one cell of a table.
func Needs(list []rotation.Need) string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = string(n)
	}
	return strings.Join(names, ", ")
}

// NeedLine says one need and how it is met, or what is missing.
func NeedLine(n rotation.NeedResult) string {
	switch {
	case n.Met && n.How != "":
		return fmt.Sprintf("%s: met: %s (%s)", n.Need, n.Text, n.How)
	case n.Met:
		return fmt.Sprintf("%s: met: %s", n.Need, n.Text)
	}
	line := fmt.Sprintf("%s: not met: %s", n.Need, n.Text)
	if len(n.Missing) > 0 {
		line += ": " + strings.Join(n.Missing, "; ")
	}
	switch {
	case !n.Ends.IsZero():
		line += fmt.Sprintf("; ends at %s: %s", n.Ends.UTC().Format(time.RFC3339), n.Wait)
	case n.Wait != "":
		line += "; ends " + n.Wait
	}
	return line
}

// Wave says whether a commit of a plan restarts workloads.
func Wave(row rotation.PlanRow) string {
	switch {
	case row.Wave:
		return "yes"
	case row.WaveChoice:
		return "or wait"
	}
	return ""
}

// Reverts says how many commits in a row may be reverted from one of a plan.
func Reverts(row rotation.PlanRow) string {
	safe := 0
	for _, v := range row.Reverts {
		if !v.Verdict.Safe {
			break
		}
		safe++
	}
	if safe == len(row.Reverts) {
		return "safe"
	}
	return fmt.Sprintf("%d of %d", safe, len(row.Reverts))
}

// Gantt is a plan as a Mermaid diagram.
func Gantt(p *rotation.Plan) string {
	var tasks []picture.Task
	for i, row := range p.Rows {
		end := p.End
		if i+1 < len(p.Rows) {
			end = p.Rows[i+1].Earliest
		}
		tasks = append(tasks, picture.Task{Section: p.Kind, Label: row.Phase, Start: row.Earliest, End: end, Done: row.Done || row.Passed,
			Critical: row.Wave})
	}
	return picture.Gantt(p.Kind+" rotation", tasks, ganttLimit)
}

// MatrixRows has one row per pair of bundle and chain, one column per verifier.
func MatrixRows(step rotation.ProofStep) [][]string {
	var verifiers []string
	for _, cell := range step.Matrix {
		for _, result := range cell.Results {
			if !slices.Contains(verifiers, result.Verifier) {
				verifiers = append(verifiers, result.Verifier)
			}
		}
	}
	rows := [][]string{append([]string{"bundle", "chain", "live"}, verifiers...)}
	for _, cell := range step.Matrix {
		live := ""
		if cell.Live {
			live = "yes"
		}
		row := []string{cell.BundleWords, cell.ChainWords, live}
		for _, v := range verifiers {
			row = append(row, verdictOf(cell, v))
		}
		rows = append(rows, row)
	}
	return rows
}

func verdictOf(cell rotation.Cell, verifier string) string {
	for _, result := range cell.Results {
		if result.Verifier == verifier {
			if result.Cause == "" {
				return "ok"
			}
			return "FAILS"
		}
	}
	return "-"
}
