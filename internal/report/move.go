package report

import (
	"fmt"
	"path"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Move says what a move did, or would do.
type Move struct {
	*rotation.Move
	DryRun bool
	// StatePath is what commands name the state file by.
	StatePath string
}

// Data is what -o json prints.
func (r Move) Data() any {
	return MoveData{r.From, r.To, r.State.Status.Epoch, r.Back, r.DryRun, r.Wave, r.State.Status.Stamp, r.Strategy, r.DowntimeAccepted,
		r.Needs, r.Verdict, r.Destroy, r.byHand()}
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
	Deliver  []delivery.Object     `json:"deliver,omitempty"`
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
	for _, key := range r.Destroy {
		if c := r.State.Spec.Custody; c.Kind == state.CustodyExternalSecret {
			lines = append(lines, "this state needs this key no more; destroy it in the store, unless another state names it: "+c.RemotePrefix+key)
			continue
		}
		lines = append(lines, "nothing needs this key any more, destroy it: "+keyFile(r.StatePath, key))
	}
	return lines
}

// keyFile is where a key is that the state file names by a path beside it.
func keyFile(statePath, key string) string {
	if path.IsAbs(key) {
		return key
	}
	return path.Join(path.Dir(statePath), key)
}
