package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// spelled are reasons that spell the words of other fields.
var spelled = []string{
	"start anchor; on somebody's word: BUNDLE-LOADED",
	`x; assumed BUNDLE-LOADED because "all pods were restarted"`,
	"x; downtime accepted",
	"x; prepared before its gate was open",
	"back anchor (bundle) to stable",
	"x\nassumed:\n- code: BUNDLE-LOADED\n  because: y\nahead: true",
	"\": true}, {move: back}",
}

// TestReasonsAreOnlyText: whatever a person writes as a reason, the move, what
// the log says of it and how it is judged are the same.
func TestReasonsAreOnlyText(t *testing.T) {
	m, instant := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded)
	instant = instant.Add(time.Hour)
	for _, why := range spelled {
		word := Evidence{Assumptions: []Assumption{{BundleDelivered, why, false}}}
		move, err := Advance(m.state, Options{Why: why}, word, instant)
		if err != nil {
			t.Fatal(explain(err))
		}
		text, err := state.Marshal(move.State)
		if err != nil {
			t.Fatal(explain(err))
		}
		read, err := state.Parse("rotation.yaml", text)
		if err != nil {
			t.Fatal(explain(err))
		}
		last := read.Status.Log[len(read.Status.Log)-1]
		if last.Why != why || last.Move != state.MoveAdvance || last.DowntimeAccepted || Prepared(last) || !slices.Equal(Vouched(last), word.Assumptions) {
			t.Errorf("%q: %+v", why, last)
		}
		reviewed, err := Review(m.state, read, Evidence{Assumptions: Vouched(last)}, instant)
		if err != nil || len(reviewed.Shut) > 0 || reviewed.DowntimeAccepted {
			t.Errorf("%q: %v, shut %v", why, err, reviewed)
		}
		shut, err := Advance(m.state, Options{Why: why}, Evidence{}, instant)
		if !slices.Contains(codes(err), string(problem.RotationUnmet.Code)) {
			t.Errorf("%q opens the gate: %v %v", why, shut, err)
		}
	}
}

// TestReasonsAcceptNoDowntime: dead material is passed by the field alone.
func TestReasonsAcceptNoDowntime(t *testing.T) {
	m := newMesh(t, "prod", now)
	base := m.state
	m.start(t, StartOptions{Kind: state.KindReplace, Options: Options{AcceptDowntime: true}}, Evidence{}, now.Add(time.Hour))
	last := &m.state.Status.Log[len(m.state.Status.Log)-1]
	if !last.DowntimeAccepted {
		t.Fatalf("%+v", last)
	}
	accepted, err := Review(base, m.state, Evidence{Assumptions: Vouched(*last)}, now.Add(time.Hour))
	if err != nil || !accepted.DowntimeAccepted {
		t.Fatal(err, accepted)
	}
	for _, why := range append(spelled, "downtime accepted", "start replace to replaced; downtime accepted") {
		last.DowntimeAccepted, last.Why = false, why
		if m, err := Review(base, m.state, Evidence{}, now.Add(time.Hour)); err == nil && len(m.Shut) == 0 {
			t.Errorf("%q accepts downtime", why)
		}
	}
}

// TestAssumedOnce: of two reasons for one need the first one counts, and the
// digest in the log is that of what it lists.
func TestAssumedOnce(t *testing.T) {
	m, instant := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded)
	word := Evidence{Assumptions: []Assumption{{BundleDelivered, "first", false}, {BundleDelivered, "second", false}}}
	move, err := Advance(m.state, Options{}, word, instant.Add(time.Hour))
	if err != nil {
		t.Fatal(explain(err))
	}
	last := move.State.Status.Log[len(move.State.Status.Log)-1]
	if want := []state.Assumed{{Code: "BUNDLE-DELIVERED", Because: "first"}}; !slices.Equal(last.Assumed, want) {
		t.Errorf("%v", last.Assumed)
	}
	if got := (Evidence{Assumptions: Vouched(last)}).Digest(); got != last.Evidence {
		t.Errorf("digest %s, log %s", got, last.Evidence)
	}
	if err := move.State.Validate(); err != nil {
		t.Error(explain(err))
	}
}

// TestMovesAreNamed: what a whole rotation, there and back, leaves in the log.
func TestMovesAreNamed(t *testing.T) {
	m, instant := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded)
	spread := m.advance(t, Options{}, assume(BundleDelivered), instant.Add(time.Hour))
	back, err := Back(spread.State, Options{}, Evidence{}, instant.Add(2*time.Hour))
	if err != nil {
		t.Fatal(explain(err))
	}
	abandoned, err := Abandon(back.State, Options{}, Evidence{}, instant.Add(3*time.Hour))
	if err != nil {
		t.Fatal(explain(err))
	}
	var said []string
	for _, e := range abandoned.State.Status.Log {
		said = append(said, strings.TrimSuffix(e.Sentence(), `; assumed BUNDLE-DELIVERED because "the test says so"`))
	}
	want := []string{"start anchor (bundle) to anchor-added", "advance anchor (bundle) to anchor-spread", "back anchor (bundle) to anchor-added", "abandon anchor (bundle) to stable"}
	if got := said[len(said)-4:]; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if err := abandoned.State.Validate(); err != nil {
		t.Error(explain(err))
	}
}
