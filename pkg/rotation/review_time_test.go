package rotation

import (
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestReviewInstants: a move is dated neither before the one that it follows nor
// after its review; clocks of people may differ a little.
func TestReviewInstants(t *testing.T) {
	m, _ := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded)
	base := m.state
	last, _ := time.Parse(time.RFC3339, base.Status.Log[len(base.Status.Log)-1].At)
	review := last.Add(36 * time.Hour)
	word := assume(BundleDelivered, BundleLoaded)
	move, err := Advance(base, Options{}, word, review)
	if err != nil {
		t.Fatal(explain(err))
	}
	for _, c := range []struct {
		at   time.Time
		want problem.Code
	}{
		{last.Add(-time.Second), problem.StateLogBackdated.Code},
		{last.Add(-72 * time.Hour), problem.StateLogBackdated.Code},
		{last, ""},
		{review, ""},
		{review.Add(clocksDiffer), ""},
		{review.Add(clocksDiffer + time.Second), problem.RotationFutureMove.Code},
		{review.Add(300 * day), problem.RotationFutureMove.Code},
	} {
		next := move.State.Clone()
		next.Status.Log[len(next.Status.Log)-1].At = instantText(c.at)
		_, err := Review(base, next, word, review)
		if c.want == "" && err != nil || c.want != "" && !slices.Contains(codes(err), string(c.want)) {
			t.Errorf("%s: %v, want %q", c.at, err, c.want)
		}
	}
}

// TestSlowClock: the log does not go back in time with the clock of one machine.
func TestSlowClock(t *testing.T) {
	m, instant := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded)
	before := m.state.Status.Log
	move, err := Advance(m.state, Options{}, assume(BundleDelivered, BundleLoaded), instant.Add(-30*time.Second))
	if err != nil {
		t.Fatal(explain(err))
	}
	if err := state.Continues(before, move.State.Status.Log); err != nil {
		t.Error(err)
	}
}

// TestLongerLeaves: a change that also shortens the life of leaves is judged by
// the longer one, as is one that lengthens it.
func TestLongerLeaves(t *testing.T) {
	for name, c := range map[string]struct{ was, is, want state.Leaf }{
		"shortened":            {state.Leaf{Lifetime: 48 * hour, ClockSkew: hour}, state.Leaf{Lifetime: hour, ClockSkew: 1}, state.Leaf{Lifetime: 48 * hour, ClockSkew: hour}},
		"lengthened":           {state.Leaf{Lifetime: hour, ClockSkew: 1}, state.Leaf{Lifetime: 48 * hour, ClockSkew: hour}, state.Leaf{Lifetime: 48 * hour, ClockSkew: hour}},
		"shorter than default": {state.Leaf{}, state.Leaf{Lifetime: hour, ClockSkew: 1}, state.Leaf{Lifetime: state.DefaultLeafLifetime, ClockSkew: state.DefaultClockSkew}},
		"one of each":          {state.Leaf{Lifetime: 48 * hour, ClockSkew: 1}, state.Leaf{Lifetime: hour, ClockSkew: hour}, state.Leaf{Lifetime: 48 * hour, ClockSkew: hour}},
	} {
		was, is := &state.Rotation{Spec: state.Spec{Leaf: c.was}}, &state.Rotation{Spec: state.Spec{Leaf: c.is}}
		if got := withLongerLeaves(was, is).Spec.Leaf; got != c.want || was.Spec.Leaf != c.was {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	m, instant := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSwitched)
	m.state.Spec.Leaf = state.Leaf{Lifetime: state.Duration(time.Minute), ClockSkew: state.Duration(time.Second)}
	seenAt := instant.Add(time.Minute)
	e := seen(m.sight(seenAt))
	long := m.state.Clone()
	long.Spec.Leaf.Lifetime = 48 * hour
	for name, c := range map[string]struct {
		base, next *state.Rotation
		life       state.Duration
	}{"short": {m.state, m.state, state.Duration(time.Minute)}, "lengthened": {m.state, long, 48 * hour}, "shortened": {long, m.state, 48 * hour}} {
		s, err := openScene(withLongerLeaves(c.base, c.next), e, seenAt.Add(time.Hour))
		if err != nil {
			t.Fatal(explain(err))
		}
		if s.leafLife() != time.Duration(c.life)+time.Second {
			t.Errorf("%s: %s", name, s.leafLife())
		}
	}
}

const hour = state.Duration(time.Hour)
