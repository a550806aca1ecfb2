package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// moveReport says what a move did, or would do.
type moveReport struct {
	*rotation.Move
	dryRun bool
	// statePath is what commands name the state file by.
	statePath string
}

func (r moveReport) data() any {
	return struct {
		From     string                `json:"from"`
		To       string                `json:"to"`
		Epoch    int64                 `json:"epoch"`
		Back     bool                  `json:"back,omitempty"`
		DryRun   bool                  `json:"dryRun,omitempty"`
		Wave     bool                  `json:"wave,omitempty"`
		Stamp    string                `json:"stamp,omitempty"`
		Strategy string                `json:"strategy,omitempty"`
		Downtime bool                  `json:"downtimeAccepted,omitempty"`
		Needs    []rotation.NeedResult `json:"needs,omitempty"`
		Verdict  rotation.Verdict      `json:"verdict"`
		Destroy  []string              `json:"destroyKeys,omitempty"`
		Deliver  []delivery.Object     `json:"deliver,omitempty"`
	}{r.From, r.To, r.State.Status.Epoch, r.Back, r.dryRun, r.Wave, r.State.Status.Stamp, r.Strategy, r.DowntimeAccepted, r.Needs, r.Verdict, r.Destroy, r.byHand()}
}

func (r moveReport) text() string {
	var b strings.Builder
	head := "moved"
	if r.dryRun {
		head = "would move"
	}
	fmt.Fprintf(&b, "%s from %s to %s (epoch %d)\n", head, r.From, r.To, r.State.Status.Epoch)
	for _, line := range r.facts() {
		b.WriteString("  " + line + "\n")
	}
	return b.String()
}

func (r moveReport) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s → %s** (epoch %d)\n\n", r.From, r.To, r.State.Status.Epoch)
	for _, line := range r.facts() {
		b.WriteString("- " + line + "\n")
	}
	return b.String()
}

// byHand are the objects that the move changes and nothing delivers by itself.
func (r moveReport) byHand() []delivery.Object {
	return delivery.Missing(delivery.Of(r.State, r.statePath), r.Changes)
}

// facts are what a reviewer has to know, one line each.
func (r moveReport) facts() []string {
	var lines []string
	if r.Strategy != "" {
		lines = append(lines, "strategy: "+r.Strategy)
	}
	for _, n := range r.Needs {
		lines = append(lines, needLine(n))
	}
	if r.Verdict.Safe {
		lines = append(lines, "gate: open")
	}
	for _, reason := range r.Verdict.Reasons {
		lines = append(lines, "gate: "+reason.Text+" (downtime accepted)")
	}
	for _, reason := range r.Verdict.Standing {
		lines = append(lines, "stands already: "+reason.Text)
	}
	if r.Wave {
		lines = append(lines, "wave: workloads restart with stamp "+r.State.Status.Stamp)
	}
	for _, line := range delivery.Lines(r.byHand()) {
		lines = append(lines, "delivery: "+line)
	}
	for _, line := range delivery.Notes(delivery.Changed(delivery.Of(r.State, r.statePath), r.Changes...)) {
		lines = append(lines, "delivery: "+line)
	}
	for _, key := range r.Destroy {
		lines = append(lines, "nothing needs this key any more, destroy it: "+key)
	}
	return lines
}

// needLine says one need and how it is met, or what is missing.
func needLine(n rotation.NeedResult) string {
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
