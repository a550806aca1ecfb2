package rotation

import (
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestReviewEveryMove: each move of every path, forward, and one step back, is
// found again from its two states, open with the evidence that opened it and
// shut without evidence where the phase needs some.
func TestReviewEveryMove(t *testing.T) {
	moves := 0
	for _, path := range Paths {
		t.Run(path.label(), func(t *testing.T) {
			m := newMesh(t, "prod", now)
			instant := now.Add(time.Hour)
			for i := range path.Steps {
				base := m.state
				var e Evidence
				if i == 0 {
					m.start(t, StartOptions{Kind: path.Kind, Strategy: path.Strategy, Options: Options{AcceptDowntime: path.Kind == state.KindReplace}}, e, instant)
				} else {
					sight := m.sight(instant.Add(-time.Minute))
					showHooks(m.state, sight)
					e = seen(sight)
					m.advance(t, Options{}, e, instant)
				}
				checkReview(t, base, m.state, e, instant, len(path.Steps[i].Needs) > 0)
				moves++
				if i > 0 && i < len(path.Steps)-1 && path.Kind != state.KindReplace {
					sight := m.sight(instant.Add(time.Hour))
					showHooks(m.state, sight)
					back, err := Back(m.state, Options{}, seen(sight), instant.Add(2*time.Hour))
					if err != nil {
						t.Fatal(explain(err))
					}
					checkReview(t, m.state, back.State, seen(sight), instant.Add(2*time.Hour), false)
					moves++
				}
				instant = instant.Add(36 * time.Hour)
			}
		})
	}
	if moves != 29 {
		t.Fatalf("only %d moves", moves)
	}
}

func checkReview(t *testing.T, base, next *state.Rotation, e Evidence, at time.Time, needs bool) {
	t.Helper()
	m, err := Review(base, next, e, at)
	if err != nil {
		t.Fatalf("%s to %s: %s", base.Status.Phase, next.Status.Phase, explain(err))
	}
	if len(m.Shut) > 0 || m.To != next.Status.Phase || m.From != base.Status.Phase {
		t.Errorf("%s to %s: %s to %s, shut: %v", base.Status.Phase, next.Status.Phase, m.From, m.To, m.Shut.Err())
	}
	if !needs {
		return
	}
	if m, err = Review(base, next, Evidence{}, at); err != nil || len(m.Shut) == 0 {
		t.Errorf("%s to %s without evidence: %v, shut %v", base.Status.Phase, next.Status.Phase, err, m.Shut)
	}
}

// TestReviewRefuses: what is not one whole move.
func TestReviewRefuses(t *testing.T) {
	added, instant := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded)
	base := added.state
	instant = instant.Add(36 * time.Hour)
	word := Evidence{Assumptions: []Assumption{{BundleDelivered, "seen", false}, {BundleLoaded, "seen", false}}}
	spread, err := Advance(base, Options{}, word, instant)
	if err != nil {
		t.Fatal(explain(err))
	}
	switched, err := Advance(spread.State, Options{}, word, instant.Add(time.Hour))
	if err != nil {
		t.Fatal(explain(err))
	}
	edit := func(f func(*state.Status)) *state.Rotation {
		s := spread.State.Clone()
		f(&s.Status)
		return s
	}
	last := func(f func(*state.LogEntry)) func(*state.Status) {
		return func(s *state.Status) { f(&s.Log[len(s.Log)-1]) }
	}
	for name, c := range map[string]struct {
		next *state.Rotation
		want problem.Code
	}{
		"two phases at once":  {switched.State, problem.RotationSkip.Code},
		"the epoch falls":     {edit(func(s *state.Status) { s.Epoch = 0 }), problem.RotationSkip.Code},
		"another stamp":       {edit(func(s *state.Status) { s.Stamp = "0123456789abcdef" }), problem.RotationNoMove.Code},
		"no stamp":            {edit(func(s *state.Status) { s.Stamp = base.Status.Stamp }), problem.RotationNoMove.Code},
		"an anchor less":      {edit(func(s *state.Status) { s.Anchors = s.Anchors[:1] }), problem.RotationNoMove.Code},
		"a log entry changed": {edit(func(s *state.Status) { s.Log[1].Why = "something else" }), problem.StateLogRewritten.Code},
		"another move":        {edit(last(func(e *state.LogEntry) { e.Move = state.MoveStart })), problem.RotationNoMove.Code},
		"a move back":         {edit(last(func(e *state.LogEntry) { e.Move = state.MoveBack })), problem.RotationNoMove.Code},
		"an old entry": {edit(last(func(e *state.LogEntry) {
			*e = state.LogEntry{Epoch: e.Epoch, Phase: e.Phase, At: e.At, Move: state.MoveLegacy}
		})), problem.RotationNoMove.Code},
		"another kind":     {edit(last(func(e *state.LogEntry) { e.Kind = state.KindReplace })), problem.RotationNoMove.Code},
		"another strategy": {edit(last(func(e *state.LogEntry) { e.Strategy = state.StrategyCrossSign })), problem.RotationNoMove.Code},
		"another rotation": {edit(func(s *state.Status) { s.Rotation.Strategy = state.StrategyCrossSign }), problem.RotationNoMove.Code},
	} {
		if _, err := Review(base, c.next, word, instant); !slices.Contains(codes(err), string(c.want)) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// TestReviewStart: a start that changes what is in force is no start.
func TestReviewStart(t *testing.T) {
	m := newMesh(t, "prod", now)
	base := m.state
	m.start(t, StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle}, Evidence{}, now.Add(time.Hour))
	other := newMesh(t, "other", now).state
	next := m.state.Clone()
	next.Status.Anchors[0].Certificate = other.Status.Anchors[0].Certificate
	if _, err := Review(base, next, Evidence{}, now.Add(time.Hour)); !slices.Contains(codes(err), string(problem.RotationNoMove.Code)) {
		t.Errorf("another anchor in force: %v", err)
	}
}

// TestAhead: a move ahead of its gate is made, says so, and is nothing that
// review lets pass without the evidence.
func TestAhead(t *testing.T) {
	m, instant := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded)
	instant = instant.Add(time.Hour)
	move, err := Advance(m.state, Options{Ahead: true}, Evidence{}, instant)
	if err != nil {
		t.Fatal(explain(err))
	}
	last := move.State.Status.Log[len(move.State.Status.Log)-1]
	if len(move.Shut) == 0 || !Prepared(last) || move.To != state.PhaseAnchorSpread {
		t.Errorf("to %s, shut %v, why %q", move.To, move.Shut, last.Sentence())
	}
	reviewed, err := Review(m.state, move.State, Evidence{}, instant)
	if err != nil || len(reviewed.Shut) == 0 {
		t.Errorf("review: %v, shut %v", err, reviewed.Shut)
	}
	if _, err := Advance(m.state, Options{Ahead: true, Leaves: LeavesWave}, Evidence{}, instant); !slices.Contains(codes(err), string(problem.RotationNoChoice.Code)) {
		t.Errorf("a wrong choice: %v", err)
	}
}

// TestVouched reads back what the log says was assumed.
func TestVouched(t *testing.T) {
	m, instant := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded)
	word := Evidence{Assumptions: []Assumption{{BundleDelivered, `"quoted"; and \ more`, false}, {WaveDone, "x", false}}}
	move, err := Advance(m.state, Options{Why: "a sentence"}, word, instant.Add(time.Hour))
	if err != nil {
		t.Fatal(explain(err))
	}
	last := move.State.Status.Log[len(move.State.Status.Log)-1]
	if got := Vouched(last); !slices.Equal(got, word.Assumptions) {
		t.Errorf("%+v gives %v", last, got)
	}
	if got := (Evidence{Assumptions: Vouched(last)}).Digest(); got != last.Evidence {
		t.Errorf("digest %s, log %s", got, last.Evidence)
	}
}
