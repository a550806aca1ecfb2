package proposal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// fleetTitle is the title of a change that moves so many members, the first of them this
// one, to a phase.
func fleetTitle(f *fleet.File, count int, first, to string) string {
	if count == 1 {
		return fmt.Sprintf("fleet %s: %s to %s", f.Metadata.Name, first, to)
	}
	return fmt.Sprintf("fleet %s: %d members to %s", f.Metadata.Name, count, to)
}

// movesTitle is the title of a commit that moves these members.
func movesTitle(f *fleet.File, r *checkout.Result, moved []fleet.Outcome) string {
	return fleetTitle(f, len(moved), r.Scene.Clusters[moved[0].Member].Name, moved[0].Move.To)
}

// fleetTable lists who goes where.
func fleetTable(told []toldStep) string {
	var b strings.Builder
	b.WriteString("Every member below was judged against all members of its component, and against the moves of the others in this change: they may be applied in any order.\n\n| member | from | to | epoch | restarts |\n|---|---|---|---|---|\n")
	for _, s := range told {
		was, is := s.Before.Status, s.After.Status
		restarts := map[bool]string{true: "yes", false: "no"}[was.Stamp != is.Stamp]
		from, to := sink.Markdown(was.Phase), sink.Markdown(is.Phase)
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %s |\n", sink.Markdown(s.member), from, to, is.Epoch, restarts)
	}
	return b.String()
}

// fleetWords is what the texts of one change have in common.
type fleetWords struct {
	file   *fleet.File
	dry    *checkout.Result
	branch string
	// home is the address of the fleet's repository.
	home string
	// parts are the pull requests in other repositories.
	parts []plan.Part
}

// text is the body of a fleet's pull request: who goes where, with what certificates, who
// stays and why, and what to run.
func (w fleetWords) text(l forge.Limits, moved []fleet.Outcome, table, incoming string) string {
	var b strings.Builder
	b.WriteString(table + partsText(w.parts) + incoming)
	stays := fleet.Moves{Scene: w.dry.Scene, DryRun: true}
	for _, o := range w.dry.Outcomes {
		if !slices.ContainsFunc(moved, func(m fleet.Outcome) bool { return m.Member == o.Member }) {
			stays.Outcomes = append(stays.Outcomes, o)
		}
	}
	if n := len(stays.Outcomes); n > 0 {
		b.WriteString("\n" + text.Folded(l, fmt.Sprintf("%d members stay", n), sink.Block("", stays.Text())))
	}
	b.WriteString("\nReviewers: `l5d-pki-render fleet status` shows the grid; the guard judges each state with `--fleet`. ")
	b.WriteString("Do not merge while a member that is listed here cannot be reconciled.\n\n")
	return b.String()
}

// otherText is the body of the pull request in another repository of a fleet.
func (w fleetWords) otherText(table, incoming string) string {
	return table + fmt.Sprintf("\nThis is a part of one change of the fleet `%s`. Merge the fleet's pull request first: branch `%s` of %s, which lists all parts. Until then the guard refuses this one (`fleet-pinned`): its step is not announced to the other members.\n",
		w.file.Metadata.Name, w.branch, sink.Code(w.home)) + incoming + "\n"
}
