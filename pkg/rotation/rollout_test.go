package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// wentBack is a mesh whose rotation went back to stable when all pods held both
// anchors, the instant after that, and the bundle that the pods hold.
func wentBack(t *testing.T) (m *mesh, at time.Time, wide []string) {
	t.Helper()
	m = newMesh(t, "prod", now)
	m.start(t, StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle}, Evidence{}, now.Add(day))
	m.advance(t, Options{}, seen(m.sight(now.Add(day+time.Hour))), now.Add(day+2*time.Hour))
	o := m.sight(now.Add(day + 3*time.Hour))
	wide = o.ControlPlane.TrustRoots
	m.back(t, seen(o), now.Add(day+4*time.Hour))
	m.back(t, seen(m.sight(now.Add(day+5*time.Hour))), now.Add(day+6*time.Hour))
	if m.state.Status.Phase != state.PhaseStable {
		t.Fatal(m.state.Status.Phase)
	}
	return m, now.Add(2 * day), wide
}

// sightWide is what is seen then: the control plane is back, the pods are not.
func sightWide(m *mesh, at time.Time, wide []string) *Observation {
	o := m.sight(at)
	for i := range o.Endpoints {
		o.Endpoints[i].Bundle = wide
	}
	return o
}

// TestRolloutAfterBack: status names the way out, a rollout is gated and logged,
// and what it leaves lets the next rotation begin.
func TestRolloutAfterBack(t *testing.T) {
	m, at, wide := wentBack(t)
	for name, e := range map[string]Evidence{"nothing seen": {}, "pods hold both": seen(sightWide(m, at, wide))} {
		st := must(StatusOf(m.state, e, at))
		if len(st.Next) != 2 || st.Next[0].Verb != state.MoveStart || st.Next[0].Allowed || st.Next[1].Verb != state.MoveRollout || !st.Next[1].Wave {
			t.Errorf("%s: %+v", name, st.Next)
		}
		if st.Next[1].Allowed != (name != "nothing seen") {
			t.Errorf("%s: a rollout is allowed: %t", name, st.Next[1].Allowed)
		}
		if notes := strings.Join(st.Notes, "\n"); !strings.Contains(notes, "`l5d-pki-render rollout`") {
			t.Errorf("%s: %s", name, notes)
		}
	}
	if st := must(StatusOf(m.state, seen(m.sight(at)), at)); len(st.Next) != 1 || !st.Next[0].Allowed || strings.Contains(strings.Join(st.Notes, ""), "rollout") {
		t.Errorf("nothing holds the anchor: %+v", st.Next)
	}
	for name, e := range map[string]Evidence{
		"nothing seen":             {},
		"another word":             assume(LeavesRenewed, BundleLoaded, RetiredGone),
		"seen before the way back": seen(sightOf("prod", must(MaterialOf(m.state)), now.Add(day))),
		"an injector that lags": func() Evidence {
			o := sightWide(m, at, wide)
			o.ControlPlane.Injectors[0].Bundle = wide
			return seen(o)
		}(),
	} {
		if move, err := Rollout(m.state, Options{}, e, at); err == nil || !slices.Contains(codes(err), string(problem.RotationUnmet.Code)) {
			t.Errorf("%s: %+v, %s", name, move, explain(err))
		}
	}
	base := m.state
	move := must(Rollout(base, Options{Why: "take B away"}, seen(sightWide(m, at, wide)), at))
	after := move.State.Status
	last := after.Log[len(after.Log)-1]
	switch {
	case after.Phase != base.Status.Phase || after.Epoch != base.Status.Epoch+1 || after.Stamp == base.Status.Stamp || after.Stamp == "":
		t.Errorf("%+v", after)
	case !move.Wave || move.Back || move.From != move.To || len(move.Shut) > 0:
		t.Errorf("%+v", move)
	case last.Move != state.MoveRollout || last.Evidence == "" || last.Why != "take B away" || last.Sentence() != `rollout in stable: "take B away"`:
		t.Errorf("%+v: %s", last, last.Sentence())
	}
	if _, err := StatusOf(move.State, Evidence{}, at); err != nil {
		t.Error(explain(err))
	}
	m.state = move.State
	o := m.sight(at.Add(time.Hour))
	if _, err := Start(m.state, StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle}, seen(o), at.Add(2*time.Hour), random("again")); err != nil {
		t.Errorf("the next rotation: %s", explain(err))
	}
}

// TestRolloutIsReviewed: the guard takes a rollout for a move, and nothing that
// only says that it is one.
func TestRolloutIsReviewed(t *testing.T) {
	m, at, wide := wentBack(t)
	e := seen(sightWide(m, at, wide))
	next := must(Rollout(m.state, Options{Namespaces: []string{"shop"}}, e, at)).State
	if move, err := Review(m.state, next, e, at); err != nil || len(move.Shut) > 0 || !move.Wave {
		t.Fatalf("%+v %s", move, explain(err))
	}
	if move, err := Review(m.state, next, Evidence{}, at); err != nil || len(move.Shut) == 0 {
		t.Errorf("without evidence: %+v %s", move, explain(err))
	}
	for name, edit := range map[string]func(s *state.Rotation){
		"another stamp":    func(s *state.Rotation) { s.Status.Stamp = "0123456789abcdef" },
		"the old stamp":    func(s *state.Rotation) { s.Status.Stamp = m.state.Status.Stamp },
		"another anchor":   func(s *state.Rotation) { s.Status.Anchors[0].Certificate = s.Status.Retired[0].Certificate },
		"nothing retired":  func(s *state.Rotation) { s.Status.Retired = nil },
		"two epochs":       func(s *state.Rotation) { s.Status.Epoch++ },
		"accepts downtime": func(s *state.Rotation) { s.Status.Log[len(s.Status.Log)-1].DowntimeAccepted = true },
		"another move":     func(s *state.Rotation) { s.Status.Log[len(s.Status.Log)-1].Move = state.MoveReissue },
		"of a rotation":    func(s *state.Rotation) { s.Status.Log[len(s.Status.Log)-1].Kind = state.KindAnchor },
	} {
		forged := next.Clone()
		edit(forged)
		if move, err := Review(m.state, forged, e, at); err == nil {
			t.Errorf("%s passes: %+v", name, move)
		}
	}
}

// TestRolloutInARotation: a phase may be rolled out again; a wave that is split is
// not overtaken, and a bundle that refuses live chains starts none.
func TestRolloutInARotation(t *testing.T) {
	m := newMesh(t, "prod", now)
	m.start(t, StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle}, Evidence{}, now.Add(day))
	at := now.Add(day + 2*time.Hour)
	m.advance(t, Options{Namespaces: []string{"shop"}}, seen(m.sight(now.Add(day+time.Hour))), at)
	e := seen(m.sight(at.Add(time.Minute)))
	if _, err := Rollout(m.state, Options{}, e, at.Add(time.Hour)); err == nil || !strings.Contains(explain(err), "shop") {
		t.Errorf("a split wave is overtaken: %s", explain(err))
	}
	m.state = must(ContinueWave(m.state, nil, true))
	if _, err := Rollout(m.state, Options{Leaves: LeavesWave}, e, at.Add(time.Hour)); err == nil {
		t.Error("a choice of leaves was taken")
	}
	m.state = must(Rollout(m.state, Options{}, e, at.Add(time.Hour))).State
	if p := must(PlanOf(m.state, Options{}, Evidence{}, at.Add(2*time.Hour))); !p.Rows[1].Done || p.Rows[2].Done {
		t.Errorf("%+v", p.Rows)
	}
	m.advance(t, Options{}, seen(m.sight(at.Add(2*time.Hour))), at.Add(3*time.Hour))
	stranger := newMesh(t, "other", now)
	o := m.sight(at.Add(4 * time.Hour))
	foreign := must(MaterialOf(stranger.state))
	o.Certificates = string(foreign.Issuer.Marshal())
	o.Endpoints[1].Chain = fingerprints(foreign.Issuer)
	if _, err := Rollout(m.state, Options{}, seen(o), at.Add(5*time.Hour)); !slices.Contains(codes(err), string(problem.RotationG2.Code)) {
		t.Errorf("pods restart with a bundle that refuses live chains: %s", explain(err))
	}
	ahead := must(Rollout(m.state, Options{Ahead: true}, seen(o), at.Add(5*time.Hour)))
	if last := ahead.State.Status.Log[len(ahead.State.Status.Log)-1]; len(ahead.Shut) == 0 || !last.Ahead {
		t.Errorf("%+v", ahead.Shut)
	}
}
