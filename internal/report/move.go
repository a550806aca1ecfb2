package report

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Move says what a move did, or would do.
type Move struct {
	*rotation.Move
	DryRun bool
	// StatePath is what commands name the state file by.
	StatePath string
	// Keys are those of Move.Destroy, with who else needs them.
	Keys []keyuse.Advice
}

// Data is what -o json prints.
func (r Move) Data() any {
	return MoveData{r.From, r.To, r.State.Status.Epoch, r.Back, r.DryRun, r.Wave, r.State.Status.Stamp, r.Strategy, r.DowntimeAccepted,
		r.Needs, r.Verdict, r.destroyed(), r.kept(), r.byHand()}
}

// destroyed are the keys that nothing needs which was looked at.
func (r Move) destroyed() (keys []string) {
	for _, a := range r.Keys {
		if a.Destroyed() {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

func (r Move) kept() (kept []KeptKey) {
	for _, a := range r.Keys {
		if !a.Destroyed() {
			kept = append(kept, KeptKey{a.Key, a.Reason()})
		}
	}
	return kept
}

// MoveData is a move for programs.
type MoveData struct {
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
	Keep     []KeptKey             `json:"keepKeys,omitempty"`
	Deliver  []delivery.Object     `json:"deliver,omitempty"`
}

// KeptKey is a key that this state needs no more and something else does.
type KeptKey struct {
	Key    string `json:"key"`
	Reason string `json:"reason"`
}

// Text is what a terminal shows.
func (r Move) Text() string {
	var b strings.Builder
	head := "moved"
	if r.DryRun {
		head = "would move"
	}
	fmt.Fprintf(&b, "%s %s (epoch %d)\n", head, r.way(), r.State.Status.Epoch)
	for _, line := range r.facts(sink.Line) {
		b.WriteString("  " + line + "\n")
	}
	return b.String()
}

// Markdown is the same for a pull request.
func (r Move) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s → %s** (epoch %d)\n\n", r.From, r.To, r.State.Status.Epoch)
	for _, line := range r.facts(sink.Markdown) {
		b.WriteString("- " + line + "\n")
	}
	return b.String()
}

// way is where the move leads, or where it stays.
func (r Move) way() string {
	if r.From == r.To {
		return "on in phase " + r.To + " with a rollout"
	}
	return "from " + r.From + " to " + r.To
}

// byHand are the objects that the move changes and nothing delivers by itself.
func (r Move) byHand() []delivery.Object {
	return delivery.Missing(delivery.Of(r.State, r.StatePath), r.Changes)
}

// facts are what a reviewer has to know, one line each. What may be somebody else's text
// goes through foreign.
func (r Move) facts(foreign func(string) string) []string {
	var lines []string
	if r.Strategy != "" {
		lines = append(lines, "strategy: "+r.Strategy)
	}
	for _, n := range r.Needs {
		lines = append(lines, foreign(NeedLine(n)))
	}
	if r.Verdict.Safe {
		lines = append(lines, "gate: open")
	}
	for _, reason := range r.Verdict.Reasons {
		lines = append(lines, "gate: "+foreign(reason.Text)+" (downtime accepted)")
	}
	for _, reason := range r.Verdict.Standing {
		lines = append(lines, "stands already: "+foreign(reason.Text))
	}
	if r.Wave {
		lines = append(lines, "wave: workloads restart with stamp "+r.State.Status.Stamp)
	}
	for _, line := range delivery.Lines(r.byHand()) {
		lines = append(lines, "delivery: "+line)
	}
	for _, line := range delivery.Notes(delivery.Changed(delivery.Of(r.State, r.StatePath), r.Changes...)) {
		lines = append(lines, "delivery: "+line)
	}
	for _, a := range r.Keys {
		lines = append(lines, foreign(a.Line()))
	}
	return lines
}
