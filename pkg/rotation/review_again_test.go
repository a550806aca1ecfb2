package rotation

import (
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// reissued has a CA in the cluster make the issuer in force anew.
func reissued(t *testing.T, m *mesh, at time.Time) *state.Rotation {
	t.Helper()
	l := &life{t: t, m: m, at: at}
	key, ok := l.issuerSigner()
	if !ok {
		t.Fatal("no key")
	}
	mine := must(pki.MintKey(pki.FormSEC1, random("again"+at.String())))
	cert := must(pki.MintIssuer(mine.Signer().Public(), "identity.linkerd.cluster.local", key.cert, key.key, pki.PeriodAt(at, time.Hour, 300*day), random("again"+at.String())))
	return must(Reissued(m.state, pki.Chain{cert}, "renewed", at))
}

// TestReviewReissue: an issuer that the cluster made anew is taken in, in every
// phase, once or several times; with anything else beside it is not.
func TestReviewReissue(t *testing.T) {
	for _, phase := range []string{state.PhaseStable, "anchor-added", "issuer-switched", "anchor-dropped"} {
		m, at := newMesh(t, "prod", now), now.Add(time.Hour)
		if phase != state.PhaseStable {
			m, at = atPhase(t, phase)
		}
		base := m.state
		for n := range 3 {
			at = at.Add(time.Hour)
			m.state = reissued(t, m, at)
			if !IsReissue(base, m.state) {
				t.Fatalf("%s, %d: is no reissue", phase, n+1)
			}
			if err := ReviewReissue(base, m.state); err != nil {
				t.Errorf("%s, %d: %s", phase, n+1, explain(err))
			}
		}
		foreign := newMesh(t, "other", now).state.Status
		for name, edit := range map[string]func(*state.Status){
			"another anchor":           func(s *state.Status) { s.Anchors[0].Certificate = foreign.Anchors[0].Certificate },
			"another issuer":           func(s *state.Status) { s.Issuers[len(s.Issuers)-1].Certificate = foreign.Issuers[0].Certificate },
			"a webhook":                func(s *state.Status) { delete(s.Webhooks, state.WebhookProxyInjector) },
			"a stamp":                  func(s *state.Status) { s.Stamp = "0123456789abcdef" },
			"the old one forgotten":    func(s *state.Status) { s.RetiredIssuers = nil },
			"another name in the log":  func(s *state.Status) { s.Log[len(s.Log)-1].Issuer = chainFPs(foreign.Issuers[0].Certificate)[0] },
			"another phase in the log": func(s *state.Status) { s.Log[len(s.Log)-1].Phase = "other" },
		} {
			next := m.state.Clone()
			edit(&next.Status)
			if err := ReviewReissue(base, next); err == nil {
				t.Errorf("%s with %s passes", phase, name)
			}
		}
	}
}

func atPhase(t *testing.T, phase string) (*mesh, time.Time) {
	t.Helper()
	return at(t, "anchor", "bundle", phase)
}

// TestReviewRetiredAgain: an anchor that was retired, and whose key lives on, may come
// back by a start, which takes it out of the retired ones; nothing else does.
func TestReviewRetiredAgain(t *testing.T) {
	words := assume(BundleDelivered, BundleLoaded, IssuerLoaded, LeavesRenewed, WaveDone, DeliveredElsewhere, RetiredGone)
	m, at := newMesh(t, "prod", now), now.Add(time.Hour)
	first := m.state.Status.Anchors[0]
	m.start(t, StartOptions{Kind: state.KindRenew}, Evidence{}, at)
	for m.state.Status.Phase != state.PhaseStable {
		at = at.Add(25 * time.Hour)
		move := must(Advance(m.state, Options{Ahead: true}, Evidence{}, at))
		m.state = move.State
	}
	if len(m.state.Status.Retired) != 1 || !sameCertificate(m.state.Status.Retired[0].Certificate, first.Certificate) {
		t.Fatalf("%d retired", len(m.state.Status.Retired))
	}
	base, at := m.state, at.Add(48*time.Hour)
	retired := base.Status.Retired[0]
	chain := must(pki.ParseChain([]byte(retired.Certificate)))
	o := StartOptions{Kind: state.KindRenew, Anchor: chain[0], AnchorKey: m.keys[first.Key]}
	move, err := Start(base, o, words, at, random("again"))
	if err != nil {
		t.Fatal(explain(err))
	}
	if len(move.State.Status.Retired) != 0 {
		t.Error("it is retired and comes")
	}
	if _, err := Review(base, move.State, words, at); err != nil {
		t.Error(explain(err))
	}
	for name, edit := range map[string]func(*state.Status){
		"retired still":       func(s *state.Status) { s.Retired = append(s.Retired, retired) },
		"another one retired": func(s *state.Status) { s.Retired = append(s.Retired, newMesh(t, "x", now).state.Status.Anchors[0]) },
	} {
		next := move.State.Clone()
		edit(&next.Status)
		if _, err := Review(base, next, words, at); !slices.Contains(codes(err), string(problem.RotationNoMove.Code)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	m.start(t, StartOptions{Kind: state.KindIssuer}, words, at)
	forgot := m.state.Clone()
	forgot.Status.Retired = nil
	if _, err := Review(base, forgot, words, at); (err == nil) != (len(m.state.Status.Retired) == 0) {
		t.Errorf("a start of an issuer that forgets it: %v", err)
	}
}
