package rotation

import (
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const contradictedCode = "rotation-contradicted"

// lacking is what is left of an observation whose job did not see something.
func lacking(o *Observation, bend func(*Observation)) *Observation {
	c := *o
	c.Endpoints, c.Identity, c.Covers = slices.Clone(o.Endpoints), slices.Clone(o.Identity), slices.Clone(o.Covers)
	bend(&c)
	return &c
}

func uncover(o *Observation, group string) {
	o.Covers = slices.DeleteFunc(o.Covers, func(g string) bool { return g == group })
	o.Endpoints = slices.DeleteFunc(o.Endpoints, func(e Endpoint) bool { return e.Group == group })
}

// TestWordsAndHoles: what a kept observation shows stands against a word until a newer one
// shows the same pods, whatever else a newer one shows.
func TestWordsAndHoles(t *testing.T) {
	proxies := func(o *Observation) { uncover(o, GroupProxies) }
	controlPlane := func(o *Observation) { uncover(o, GroupControlPlane) }
	identity := func(o *Observation) { uncover(o, GroupIdentity); o.Identity = nil }
	for name, c := range map[string]struct {
		phase string
		word  Need
		shows func(m *mesh, o *Observation) // the kept one
		hole  func(o *Observation)          // of the newer one
	}{
		"proxies":       {state.PhaseAnchorSpread, BundleLoaded, func(m *mesh, o *Observation) { o.Endpoints[1].Bundle = m.anchors(state.RoleOutgoing) }, proxies},
		"control plane": {state.PhaseAnchorSpread, BundleLoaded, func(m *mesh, o *Observation) { o.Endpoints[0].Bundle = m.anchors(state.RoleOutgoing) }, controlPlane},
		"identity":      {state.PhaseAnchorSpread, BundleLoaded, func(m *mesh, o *Observation) { o.Identity[1].Bundle = m.anchors(state.RoleOutgoing) }, identity},
		"some proxies": {state.PhaseAnchorSpread, BundleLoaded, func(m *mesh, o *Observation) { o.Endpoints[1].Bundle = m.anchors(state.RoleOutgoing) }, func(o *Observation) {
			proxies(o)
			o.Endpoints = append(o.Endpoints, Endpoint{Group: GroupProxies, Namespace: "emojivoto", Bundle: o.ControlPlane.TrustRoots, Count: 11})
		}},
		"no bundles": {state.PhaseAnchorSpread, BundleLoaded, func(m *mesh, o *Observation) { o.Endpoints[1].Bundle = m.anchors(state.RoleOutgoing) }, func(o *Observation) { o.Endpoints[1].Bundle = nil }},
		"one issuer": {state.PhaseIssuerSpread, LeavesRenewed, func(m *mesh, o *Observation) { o.Identity[1].Issuer = m.chain(state.RoleOutgoing) }, func(o *Observation) { o.Identity[1].Issuer = nil }},
		"issuers":    {state.PhaseIssuerSpread, LeavesRenewed, func(m *mesh, o *Observation) { o.Identity[1].Issuer = m.chain(state.RoleOutgoing) }, identity},
	} {
		t.Run(name, func(t *testing.T) {
			m, entered := at(t, state.KindAnchor, state.StrategyBundle, c.phase)
			kept := m.sight(entered.Add(time.Hour))
			c.shows(m, kept)
			whole := m.sight(entered.Add(2 * time.Hour))
			hole := lacking(whole, c.hole)
			try := func(newer *Observation) error {
				e := assume(c.word)
				e.Observations, e.Earlier = []*Observation{newer}, []*Observation{kept}
				_, err := Advance(m.state, Options{}, e, entered.Add(3*time.Hour))
				return err
			}
			if err := try(hole); !slices.Contains(codes(err), contradictedCode) {
				t.Errorf("nothing newer shows it: %s", explain(err))
			}
			if err := try(whole); err != nil {
				t.Errorf("a newer one shows it: %s", explain(err))
			}
		})
	}
}

// TestRolloutSettlesNothing: a rollout, or a step back and forth, does not make what is
// known of the bundle unknown; a rollout that can be over does, of what proxies hold.
func TestRolloutSettlesNothing(t *testing.T) {
	m, entered := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorSpread)
	kept := m.sight(entered.Add(time.Hour))
	old := m.anchors(state.RoleOutgoing)
	kept.Endpoints[1].Bundle, kept.ControlPlane.TrustRoots = old, old
	word := func(n Need, known *Observation, given ...*Observation) Evidence {
		e := assume(n)
		e.Earlier, e.Observations = []*Observation{known}, given
		return e
	}
	instant := entered.Add(2 * time.Hour)
	if _, err := Rollout(m.state, Options{}, word(BundleDelivered, kept), instant); !slices.Contains(codes(err), contradictedCode) {
		t.Errorf("a rollout with a bundle that is not delivered: %s", explain(err))
	}
	delivered := lacking(m.sight(entered.Add(90*time.Minute)), func(o *Observation) { uncover(o, GroupProxies) })
	moved := must(Rollout(m.state, Options{}, Evidence{Earlier: []*Observation{kept}, Observations: []*Observation{delivered}}, instant))
	if _, err := Advance(moved.State, Options{}, word(BundleLoaded, kept, delivered), instant.Add(time.Second)); !slices.Contains(codes(err), contradictedCode) {
		t.Errorf("a second after the rollout began: %s", explain(err))
	}
	if _, err := Advance(moved.State, Options{}, word(BundleLoaded, kept, delivered), instant.Add(time.Hour)); err != nil {
		t.Errorf("an hour after the rollout began: %s", explain(err))
	}

	m.back(t, Evidence{Earlier: []*Observation{kept}, Observations: []*Observation{delivered}}, instant)
	if _, err := Advance(m.state, Options{}, word(BundleDelivered, kept), instant.Add(2*time.Minute)); !slices.Contains(codes(err), contradictedCode) {
		t.Errorf("a step back does not deliver the bundle: %s", explain(err))
	}
	forth := lacking(m.sight(instant.Add(time.Minute)), func(o *Observation) { uncover(o, GroupProxies) })
	m.advance(t, Options{}, Evidence{Earlier: []*Observation{kept}, Observations: []*Observation{forth}}, instant.Add(2*time.Minute))
	if _, err := Advance(m.state, Options{}, word(BundleLoaded, kept, forth), instant.Add(2*time.Minute+time.Second)); !slices.Contains(codes(err), contradictedCode) {
		t.Errorf("back and forth: %s", explain(err))
	}
}
