package proposal

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// fleetTitle is the title of a pull request that moves these members.
func fleetTitle(f *fleet.File, r *checkout.Result, moved []fleet.Outcome) string {
	to := moved[0].Move.To
	if len(moved) == 1 {
		return fmt.Sprintf("fleet %s: %s to %s", f.Metadata.Name, r.Scene.Clusters[moved[0].Member].Name, to)
	}
	return fmt.Sprintf("fleet %s: %d members to %s", f.Metadata.Name, len(moved), to)
}

// fleetTable lists who goes where.
func fleetTable(b *strings.Builder, r *checkout.Result, moved []fleet.Outcome) {
	b.WriteString("Every member below was judged against all members of its component, and against the moves of the others in this change: they may be applied in any order.\n\n| member | from | to | epoch | restarts |\n|---|---|---|---|---|\n")
	for _, o := range moved {
		restarts := map[bool]string{true: "yes", false: "no"}[o.Move.Wave]
		fmt.Fprintf(b, "| %s | %s | %s | %d | %s |\n", r.Scene.Clusters[o.Member].Name, o.Move.From, o.Move.To,
			o.Move.State.Status.Epoch, restarts)
	}
}

// fleetText is the body of a fleet's pull request: who goes where, who stays and why,
// and what to run.
func fleetText(f *fleet.File, r *checkout.Result, about, branch string) string {
	var b strings.Builder
	fleetTable(&b, r, r.Moved)
	b.WriteString(about)
	moved := map[int]bool{}
	for _, o := range r.Moved {
		moved[o.Member] = true
	}
	stays := fleet.Moves{Scene: r.Scene, DryRun: true}
	for _, o := range r.Outcomes {
		if !moved[o.Member] {
			stays.Outcomes = append(stays.Outcomes, o)
		}
	}
	if len(stays.Outcomes) > 0 {
		fmt.Fprintf(&b, "\n<details><summary>%d members stay</summary>\n\n%s\n</details>\n", len(stays.Outcomes), sink.Block("", stays.Text()))
	}
	b.WriteString("\nReviewers: `l5d-pki-render fleet status` shows the grid; the guard judges each state with `--fleet`. ")
	b.WriteString("Do not merge while a member that is listed here cannot be reconciled.\n")
	b.WriteString(fleetMark(f, branch))
	return b.String()
}

// otherText is the body of the pull request in another repository of a fleet.
func otherText(f *fleet.File, r *checkout.Result, moved []fleet.Outcome, home, branch string) string {
	var b strings.Builder
	fleetTable(&b, r, moved)
	fmt.Fprintf(&b, "\nThis is a part of one change of the fleet `%s`. Merge the fleet's pull request first: branch `%s` of %s, which lists all parts. Until then the guard refuses this one (`fleet-pinned`): its step is not announced to the other members.\n", f.Metadata.Name, branch, home)
	b.WriteString(fleetMark(f, branch))
	return b.String()
}

// fleetMark is the same in all pull requests of one change.
func fleetMark(f *fleet.File, branch string) string {
	return fmt.Sprintf("\n<!-- l5d-pki-render fleet %s %s -->\n", f.Metadata.Name, branch)
}
