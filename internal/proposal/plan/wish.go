// Package plan decides what becomes of a wish for a change of phase: which move is
// made or taken over, on which branch, and what then happens to the pull request.
// It is given what was seen, and reads nothing itself.
package plan

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Wish is the move that is wanted.
type Wish struct {
	// Verb is one of state.MoveAdvance, MoveBack, MoveRollout and MoveStart; Kind is of a start.
	Verb, Kind string
	// Held: whatever the branch holds, with nothing said about it.
	Held bool
	// Next: nobody asked for this move, it is due.
	Next bool
	// To is the phase to enter; Abandon: the one that the rotation began in.
	To      string
	Abandon bool
	// Strategy is of a start; "" leaves the choice.
	Strategy string
	// Ahead: a draft is opened before its gate is open.
	Ahead bool
	// Anew: the move is made again although the branch holds it.
	Anew bool
	// Assumed are the codes of needs that a person vouches for.
	Assumed []string
	Options rotation.Options
}

// Moves makes the move of a wish on the state of the base, or says why it cannot be made.
type Moves func(Wish) (*rotation.Move, error)

// Answers tells whether the state next is what this wish makes of base, as far
// as the person who asks has said what they want.
func (w Wish) Answers(base, next *state.Rotation) bool {
	last, ok := next.LastEntry()
	if !ok || next.Status.Epoch != base.Status.Epoch+1 || verbOf(last) != w.Verb {
		return false
	}
	r := next.Status.Rotation
	if w.Held {
		return true
	}
	if r != nil && w.Options.Leaves != "" && r.Leaves != "" && r.Leaves != w.Options.Leaves {
		return false
	}
	if wave := next.Status.Wave; len(w.Options.Namespaces) > 0 && (wave == nil || !slices.Equal(wave.Namespaces, w.Options.Namespaces)) {
		return false
	}
	if wave := next.Status.Wave; w.Options.StaleOnly && (wave == nil || !wave.Stale) {
		return false
	}
	if w.Verb == state.MoveStart {
		return r != nil && r.Kind == w.Kind && (w.Strategy == "" || w.Strategy == r.Strategy)
	}
	return next.Status.Phase == w.target(base)
}

// target is the phase that the move enters.
func (w Wish) target(base *state.Rotation) string {
	if w.To != "" {
		return w.To
	}
	if w.Verb == state.MoveRollout {
		return base.Status.Phase
	}
	r := base.Status.Rotation
	if r == nil || w.Abandon {
		return state.PhaseStable
	}
	path, _ := rotation.PathOf(r.Kind, r.Strategy)
	at := slices.IndexFunc(path.Steps, func(s state.Phase) bool { return s.Name == base.Status.Phase })
	switch {
	case w.Verb == state.MoveAdvance && at+1 < len(path.Steps):
		return path.Steps[at+1].Name
	case w.Verb == state.MoveBack && at > 0:
		return path.Steps[at-1].Name
	}
	return state.PhaseStable
}

// aimedAt is the wish for whatever a branch holds with the branch's phase as its aim.
func (w Wish) aimedAt(base *state.Rotation, phase string) Wish {
	switch {
	case w.target(base) == phase:
	case w.Verb == state.MoveBack && phase == state.PhaseStable:
		w.Abandon = true
	default:
		w.To = phase
	}
	return w
}

// branches are those that the move may have, as far as it is known before the
// move is made: a rotation begins with the first phase of its strategy.
func (w Wish) branches(base *state.Rotation) (names []string) {
	s := base.Clone()
	s.Status.Epoch++
	if w.Verb != state.MoveStart {
		s.Status.Phase = w.target(base)
		return []string{text.Branch(s)}
	}
	for _, p := range rotation.Paths {
		if p.Kind == w.Kind && (w.Strategy == "" || w.Strategy == p.Strategy) {
			s.Status.Phase = p.Steps[0].Name
			names = append(names, text.Branch(s))
		}
	}
	return names
}

// verbOf is the command that made an entry's move.
func verbOf(e state.LogEntry) string {
	if e.Move == state.MoveAbandon {
		return state.MoveBack
	}
	return e.Move
}
