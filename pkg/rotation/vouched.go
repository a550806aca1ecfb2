package rotation

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Vouched is what a person vouched for in a move, from its log entry.
func Vouched(e state.LogEntry) []Assumption {
	var list []Assumption
	for _, a := range e.Assumed {
		list = append(list, Assumption{Need(a.Code), a.Because, a.Forced})
	}
	return list
}

// Prepared reports whether a move was made ahead of its gate ([Options.Ahead]).
func Prepared(e state.LogEntry) bool { return e.Ahead }

// entry is what the log records of the move.
func (w *way) entry() state.LogEntry {
	evidence := w.scene.evidence
	evidence.Assumptions = oncePerNeed(evidence.Assumptions)
	evidence.Observations = append(slices.Clip(evidence.Observations), w.waitedFrom()...)
	e := state.LogEntry{
		Move: w.move(), Kind: w.path.Kind, Strategy: w.path.Strategy, Why: w.options.Why,
		DowntimeAccepted: w.accepted, Ahead: len(w.shut) > 0, Evidence: evidence.Digest(),
	}
	for _, a := range evidence.Assumptions {
		e.Assumed = append(e.Assumed, state.Assumed{Code: string(a.Code), Because: a.Because, Forced: a.Forced})
	}
	return e
}

// waitedFrom is the observation of an earlier move that the move's wait for leaves
// is counted from, which makes it evidence of this one.
func (w *way) waitedFrom() []*Observation {
	o := w.own.signing()
	if o == nil || !w.asks(LeavesRenewed) && !w.asks(RetiredGone) || !slices.Contains(w.own.earlier, o) {
		return nil
	}
	return []*Observation{o}
}

// move names the move for the log.
func (w *way) move() string {
	switch {
	case w.to < 0 && (w.from > 0 || w.options.abandon):
		return state.MoveAbandon
	case w.back():
		return state.MoveBack
	case w.from < 0:
		return state.MoveStart
	}
	return state.MoveAdvance
}

// oncePerNeed keeps the first assumption of each need, which is the one that counts.
func oncePerNeed(all []Assumption) []Assumption {
	var list []Assumption
	for _, a := range all {
		if !slices.ContainsFunc(list, func(b Assumption) bool { return a.Code == b.Code }) {
			list = append(list, a)
		}
	}
	return list
}
