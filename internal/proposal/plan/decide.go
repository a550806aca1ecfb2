package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Snapshot is what was seen.
type Snapshot struct {
	// State is the state file's name in the repository, Base the branch that changes
	// go to, Tip its commit, and Signers the list there of keys whose commits are
	// taken over.
	State, Base, Tip, Signers string
	// Now is the state at the tip.
	Now     *state.Rotation
	Instant time.Time
	// Due are the open pull requests of the next epoch: there is one at most, unless
	// people made more. Superseded are those of an epoch that the base has passed, or never
	// came from.
	Due, Superseded []forge.Pull
	// Head is the one that the change may be in already, see [Choose]; may be nil.
	Head *Head
	// Ignored are flags that the move of the head does not follow.
	Ignored []string
	// KeysLost: new keys would be left in a folder that does not outlive this call;
	// KeysErr: where they would go is not known.
	KeysLost bool
	KeysErr  error
}

// Plan is what becomes of a wish.
type Plan struct {
	// Report, if set, ends the call: nothing is made.
	Report *Report
	// Close are pull requests that are superseded now.
	Close []forge.Pull
	// Take is the head whose move is taken over, Move the one that is made.
	Take *Head
	Move *rotation.Move
	// Starts: Move is a start.
	Starts bool
	// Why it is due; "" if somebody asked for it.
	Why string
}

func ending(r Report) *Plan { return &Plan{Report: &r} }

// Next is the state that the plan leads to, Branch the one that it goes to.
func (p Plan) Next(now *state.Rotation) *state.Rotation {
	if p.Take == nil {
		return p.Move.State
	}
	next := now.Clone()
	next.Status = p.Take.Next.Clone().Status
	return next
}

// Decide chooses between the move that a branch holds and a new one.
func Decide(s Snapshot, w Wish, move Moves) (Plan, error) {
	h := s.Head
	switch {
	case len(s.Due) > 1:
		return Plan{}, s.TwoOpen()
	case h == nil:
	case h.Foreign != "":
		return *ending(s.left(h)), nil
	case len(s.Due) > 0 && h.holds(s.Now) && !w.Answers(s.Now, h.Next):
		return Plan{}, s.isOpen()
	case h.Proof == "" && !w.Anew:
		var r *Report
		if w, r = s.elsewhere(w, move); r != nil {
			return Plan{Report: r}, nil
		}
	}
	p, err := s.made(w, move)
	if err == nil && len(s.Due) > 0 && s.Due[0].Head != text.Branch(p.Next(s.Now)) {
		err = s.isOpen()
	}
	return p, err
}

// Unproven tells whether it matters that nothing proves the head: it has to be made
// again before anything is decided.
func Unproven(s Snapshot, w Wish) bool {
	h := s.Head
	return h != nil && h.Foreign == "" && h.Proof == "" && !w.Anew && (len(s.Due) == 0 || !h.holds(s.Now) || w.Answers(s.Now, h.Next))
}

// made takes a move over, or makes it.
func (s Snapshot) made(w Wish, move Moves) (Plan, error) {
	h := s.Head
	if w.Keeps(s.Now, h) {
		if !w.Next && len(s.Ignored) > 0 {
			return Plan{}, problem.PRIgnored.With(h.Branch, strings.Join(s.Ignored, ", "))
		}
		if h.prepared() {
			ready := w
			ready.Ahead = false
			m, err := move(ready)
			if err == nil {
				return Plan{Move: m, Starts: w.Verb == state.MoveStart}, nil
			}
			if !w.Ahead {
				return Plan{}, problem.Of(err).In(s.State).Err()
			}
		}
		if ignored := w.Unrecorded(h, move); len(ignored) > 0 {
			return Plan{}, problem.PRIgnored.With(h.Branch, strings.Join(ignored, ", "))
		}
		return Plan{Take: h}, nil
	}
	m, err := move(w)
	if err != nil {
		return Plan{}, problem.Of(err).In(s.State).Err()
	}
	return Plan{Move: m, Starts: w.Verb == state.MoveStart}, nil
}

// Keeps reports whether the move of a head is taken over.
func (w Wish) Keeps(now *state.Rotation, h *Head) bool {
	return h != nil && h.Foreign == "" && h.Proof != "" && !w.Anew && h.holds(now) && w.Answers(now, h.Next)
}

// Unrecorded lists what a person vouches for or accepts where the move that is
// taken over has no record of it. An observation may be newer than the move's. A
// move that breaks nothing has no record of --accept-downtime.
func (w Wish) Unrecorded(h *Head, move Moves) (ignored []string) {
	if w.Next {
		return nil
	}
	entry := h.last()
	for _, code := range w.Assumed {
		if !slices.ContainsFunc(entry.Assumed, func(a state.Assumed) bool { return a.Code == code }) {
			ignored = append(ignored, "--assume "+code)
		}
	}
	if w.Options.AcceptDowntime && !entry.DowntimeAccepted {
		if m, err := move(w); err == nil && m.DowntimeAccepted {
			ignored = append(ignored, "--accept-downtime")
		}
	}
	return ignored
}

// Choose finds the head that a wish's change may be in already: that of the open
// pull request, else the branch that answers what is wished.
func Choose(s Snapshot, w Wish, heads []*Head) (best *Head) {
	for _, h := range heads {
		switch {
		case !h.Pushed && w.Verb != state.MoveStart: // what was minted is kept; the rest is made anew as easily
		case (h.Foreign != "" || h.Proof == "" && h.Starts()) && slices.Contains(w.branches(s.Now), h.Branch):
			return h // it cannot be pushed over, so nothing is minted
		case h.holds(s.Now) && w.Answers(s.Now, h.Next) && (best == nil || h.Branch < best.Branch):
			best = h
		}
	}
	return best
}

// TwoOpen refuses two pull requests of one change.
func (s Snapshot) TwoOpen() error {
	return problem.PRTwoOpen.With(s.Due[0].Number, s.Due[0].Head, s.Due[1].Number, s.Due[1].Head)
}

func (s Snapshot) isOpen() error {
	return problem.PROpen.With(s.Due[0].Number, s.Due[0].Head, s.Due[0].URL)
}
