package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// keptAgainst has, for every need that observations meet, what a later observation of
// the phase shows against it, and what does not speak about it.
var keptAgainst = []struct {
	kind, strategy, phase string
	need                  Need
	spoil, silence        func(*mesh, *Observation)
	says                  string
}{
	{state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded, BundleDelivered,
		func(m *mesh, o *Observation) { o.ControlPlane.TrustRoots = m.anchors(state.RoleOutgoing) },
		func(_ *mesh, o *Observation) { o.ControlPlane = Delivery{} }, "ConfigMap linkerd-identity-trust-roots has"},
	{state.KindAnchor, state.StrategyBundle, state.PhaseAnchorSpread, BundleLoaded,
		func(m *mesh, o *Observation) { o.Endpoints[1].Bundle = m.anchors(state.RoleOutgoing) },
		func(_ *mesh, o *Observation) { o.Endpoints, o.Identity, o.Covers = nil, nil, nil }, `12 proxies in "emojivoto" have [`},
	{state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSwitched, IssuerLoaded,
		func(m *mesh, o *Observation) { o.Identity[1].Issuer = m.chain(state.RoleOutgoing) },
		func(_ *mesh, o *Observation) { o.Identity = nil }, `identity replica "identity-1" signs with`},
	{state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSpread, LeavesRenewed,
		func(m *mesh, o *Observation) { o.Identity[1].Issuer = m.chain(state.RoleOutgoing) },
		func(_ *mesh, o *Observation) { o.Identity, o.Endpoints = nil, nil }, `identity replica "identity-1" signs with`},
	{state.KindRenew, "", state.PhaseRenewed, IdentityLoaded,
		func(m *mesh, o *Observation) { o.Identity[0].Bundle = m.anchors(state.RoleOutgoing) },
		func(_ *mesh, o *Observation) { o.Identity = nil }, `identity replica "identity-0" has loaded`},
	{state.KindWebhooks, "", state.PhaseWebhookCAAdded, WebhookCADelivered,
		func(m *mesh, o *Observation) { o.Webhooks = m.hooks("current", "current") },
		func(_ *mesh, o *Observation) { o.Webhooks = nil }, `webhook "proxyInjector": the API server's caBundle has`},
	{state.KindWebhooks, "", state.PhaseWebhookCertSwitched, WebhookCertServed,
		func(m *mesh, o *Observation) { o.Webhooks = m.hooks("incoming", "current") },
		func(_ *mesh, o *Observation) { o.Webhooks = nil }, `webhook "proxyInjector": it serves`},
}

// TestNewerKeptObservationShutsTheGate: what is given shows a need, and a newer one that
// was kept shows the opposite. One that is older, does not speak about it, or is from
// before the phase, shuts nothing.
func TestNewerKeptObservationShutsTheGate(t *testing.T) {
	for _, c := range keptAgainst {
		t.Run(string(c.need), func(t *testing.T) {
			m, entered := at(t, c.kind, c.strategy, c.phase)
			see := func(after time.Duration, bend func(*mesh, *Observation)) *Observation {
				o := m.sight(entered.Add(after))
				showHooks(m.state, o)
				if bend != nil {
					bend(m, o)
				}
				return o
			}
			good := see(2*time.Hour, nil)
			try := func(says string, kept ...*Observation) {
				t.Helper()
				e := Evidence{Observations: []*Observation{good}, Earlier: kept}
				_, err := Advance(m.state, Options{}, e, entered.Add(4*time.Hour))
				if (err != nil) != (says != "") || !strings.Contains(explain(err), says) {
					t.Errorf("wants %q: %s", says, explain(err))
				}
			}
			try("")
			try(c.says, see(3*time.Hour, c.spoil))
			try(c.says, see(2*time.Hour, c.spoil)) // of the same instant: neither is newer
			try("", see(time.Hour, c.spoil))       // what is given is newer
			try("", see(3*time.Hour, c.silence))   // it does not speak about it
			try("", see(-time.Second, c.spoil))    // the phase began later
			try("", see(5*time.Hour, c.spoil))     // of the time to come
			try(c.says, see(3*time.Hour, c.spoil), see(3*time.Hour+time.Minute, c.silence))
			try("", renamed(see(3*time.Hour, c.spoil), "east"))
			try("", see(2*time.Hour+time.Minute, c.spoil), see(3*time.Hour, nil)) // it was so, and is no more
		})
	}
}

// TestWaitBeginsAnew: a wait for leaves that are counted from a kept observation ends
// with a later one that shows the issuer of before, and begins again when it is gone.
func TestWaitBeginsAnew(t *testing.T) {
	for _, kind := range []struct{ kind, strategy, phase string }{
		{state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSpread}, {state.KindAnchor, state.StrategyCrossSign, state.PhaseIssuerSpread},
		{state.KindIssuer, "", state.PhaseIssuerSwitched},
	} {
		t.Run(kind.kind+kind.strategy, func(t *testing.T) {
			m, entered := at(t, kind.kind, kind.strategy, kind.phase)
			see := func(after time.Duration, bend func(*Observation)) *Observation {
				o := m.sight(entered.Add(after))
				o.Endpoints, o.Covers = nil, []string{GroupIdentity}
				if bend != nil {
					bend(o)
				}
				return o
			}
			before := m.chain(state.RoleOutgoing)
			opposed := []*Observation{see(time.Hour, nil), see(time.Hour, func(o *Observation) { o.Identity[0].Issuer = before })}
			for range 2 { // of the same instant, so that neither is newer
				slices.Reverse(opposed)
				if _, err := Advance(m.state, Options{}, Evidence{Earlier: opposed}, entered.Add(100*time.Hour)); err == nil {
					t.Error("two observations of one instant disagree: the wait began")
				}
			}
			replica := func(o *Observation) { o.Identity[0].Issuer = before }
			leaves := func(o *Observation) { o.Endpoints = m.sight(now).Endpoints; o.Endpoints[1].Chain = before }
			secret := func(o *Observation) { o.ControlPlane.Issuer = before }
			for name, c := range map[string]struct {
				kept  []*Observation
				opens time.Duration // after the phase was entered
			}{
				"signs with it since":              {[]*Observation{see(time.Hour, nil)}, 25 * time.Hour},
				"a replica went back":              {[]*Observation{see(time.Hour, nil), see(50*time.Hour, replica)}, 0},
				"the Secret went back":             {[]*Observation{see(time.Hour, nil), see(50*time.Hour, secret)}, 0},
				"it was brought back":              {[]*Observation{see(time.Hour, nil), see(20*time.Hour, replica), see(30*time.Hour, nil)}, 54 * time.Hour},
				"leaves outlive the wait":          {[]*Observation{see(time.Hour, nil), see(50*time.Hour, leaves)}, 74 * time.Hour},
				"leaves within the wait":           {[]*Observation{see(time.Hour, nil), see(20*time.Hour, leaves)}, 25 * time.Hour},
				"it lagged at first":               {[]*Observation{see(time.Minute, replica), see(time.Hour, nil)}, 25 * time.Hour},
				"a later one without identity":     {[]*Observation{see(time.Hour, nil), see(20*time.Hour, func(o *Observation) { o.Identity = nil })}, 25 * time.Hour},
				"a later one without one issuer":   {[]*Observation{see(time.Hour, nil), see(20*time.Hour, func(o *Observation) { o.Identity[0].Issuer = nil })}, 25 * time.Hour},
				"back twice, and brought back":     {[]*Observation{see(time.Hour, nil), see(2*time.Hour, replica), see(3*time.Hour, nil), see(4*time.Hour, replica), see(5*time.Hour, nil)}, 29 * time.Hour},
				"of another cluster":               {[]*Observation{see(time.Hour, nil), renamed(see(20*time.Hour, replica), "east")}, 25 * time.Hour},
				"an issuer that nobody knows":      {[]*Observation{see(time.Hour, nil), see(50*time.Hour, func(o *Observation) { o.Identity[1].Issuer = []string{strings.Repeat("ab", 32)} })}, 0},
				"a replica went back, given older": {[]*Observation{see(time.Hour, nil), see(2*time.Hour, nil), see(50*time.Hour, replica)}, 0},
			} {
				for _, given := range []bool{false, true} {
					e := Evidence{Earlier: c.kept}
					if given { // the first is given with the move
						e = Evidence{Observations: c.kept[:1], Earlier: c.kept[1:]}
					}
					opens := func(after time.Duration) error {
						_, err := Advance(m.state, Options{}, e, entered.Add(after))
						return err
					}
					if c.opens == 0 {
						err := opens(100 * time.Hour)
						if err == nil || !strings.Contains(explain(err), "the observation of "+c.kept[len(c.kept)-1].At) {
							t.Errorf("%s: opens, or does not say why: %s", name, explain(err))
						}
						st := must(StatusOf(m.state, e, entered.Add(100*time.Hour)))
						if !slices.ContainsFunc(st.Alarms, func(a string) bool { return strings.Contains(a, c.kept[len(c.kept)-1].At) }) {
							t.Errorf("%s: the status has no alarm: %q", name, st.Alarms)
						}
						continue
					}
					if err := opens(c.opens - time.Minute); err == nil {
						t.Errorf("%s (given: %t): opens before %s", name, given, c.opens)
					}
					if err := opens(c.opens + time.Minute); err != nil {
						t.Errorf("%s (given: %t): shut after %s: %s", name, given, c.opens, explain(err))
					}
				}
			}
		})
	}
}

// TestKeptObservationOfALinkedCluster: its leaves of the old anchor keep this one from
// dropping that, also where only a kept observation shows them.
func TestKeptObservationOfALinkedCluster(t *testing.T) {
	m, entered := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSpread)
	m.state.Spec.Links = []state.Link{{Name: "west", State: "west.yaml"}}
	west := m.state.Clone()
	west.Metadata.Name, west.Spec.Links = "west", nil
	before := m.chain(state.RoleOutgoing)
	instant := entered.Add(60 * time.Hour)
	good := renamed(m.sight(entered.Add(time.Hour)), "west")
	bad := renamed(m.sight(entered.Add(50*time.Hour)), "west")
	bad.Identity, bad.Endpoints = slices.Clone(bad.Identity), slices.Clone(bad.Endpoints)
	bad.Identity[0].Issuer, bad.Endpoints[1].Chain = before, before
	try := func(shut bool, kept ...*Observation) {
		t.Helper()
		e := Evidence{Observations: []*Observation{m.sight(entered.Add(55 * time.Hour)), good}, Earlier: kept, Links: []LinkedState{{"west", west}}}
		if _, err := Advance(m.state, Options{}, e, instant); (err != nil) != shut {
			t.Errorf("shut is %t, wants %t: %s", err != nil, shut, explain(err))
		}
		live := must(LiveOf("west", west, Evidence{Observations: []*Observation{good}, Earlier: kept}, "", instant, NewVerifier(instant)))
		if old := slices.ContainsFunc(live.Chains, func(s Served) bool { return slices.Equal(fingerprints(s.Chain), before) }); old != shut {
			t.Errorf("among the members of a fleet: serves the chain of before is %t", old)
		}
	}
	try(false)
	try(true, bad)
	try(false, bad, renamed(m.sight(entered.Add(51*time.Hour)), "west"))
}

// TestKeptObservationOfAnotherMesh: one of another control plane neither begins a wait nor
// ends what is known of this one; of a linked cluster as little.
func TestKeptObservationOfAnotherMesh(t *testing.T) {
	m, entered := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSpread)
	for name, mesh := range map[string]Mesh{"this": {Namespace: "linkerd", TrustDomain: "cluster.local"}, "namespace": {Namespace: "linkerd-b"}, "trust domain": {TrustDomain: "b.local"}} {
		signing := m.sight(entered.Add(time.Hour))
		signing.Endpoints, signing.Covers, signing.Mesh = nil, []string{GroupIdentity}, mesh
		_, err := Advance(m.state, Options{}, Evidence{Earlier: []*Observation{signing}}, entered.Add(30*time.Hour))
		if (err == nil) != (name == "this") {
			t.Errorf("%s: %s", name, explain(err))
		}
	}
	m, entered = at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorSpread)
	m.state.Spec.Links = []state.Link{{Name: "west", State: "west.yaml"}}
	west := m.state.Clone()
	west.Metadata.Name, west.Spec.Links = "west", nil
	for name, mesh := range map[string]Mesh{"this": {}, "namespace": {Namespace: "linkerd-b"}, "of the time to come": {}} {
		foreign := renamed(m.sight(entered.Add(2*time.Hour)), "west")
		foreign.Mesh = mesh
		if name == "of the time to come" {
			foreign = seenAt(foreign, entered.Add(4*time.Hour))
		}
		e := Evidence{Observations: []*Observation{m.sight(entered.Add(2 * time.Hour)), foreign}, Links: []LinkedState{{"west", west}}}
		_, err := Advance(m.state, Options{}, e, entered.Add(3*time.Hour))
		if (err == nil) != (name == "this") || err != nil && !strings.Contains(explain(err), "rotation-foreign-mesh") && !strings.Contains(explain(err), "rotation-future-observation") {
			t.Errorf("of the linked cluster, %s: %s", name, explain(err))
		}
		live := must(LiveOf("west", west, e, "", entered.Add(3*time.Hour), NewVerifier(entered)))
		byLog := slices.ContainsFunc(live.Bundles, func(h Held) bool {
			where := strings.Join(h.Where, " ")
			return strings.Contains(where, notRuledOut) || strings.Contains(where, notObserved)
		})
		if byLog == (name == "this") {
			t.Errorf("among the members of a fleet, %s: what the log leaves possible counts is %t", name, byLog)
		}
	}
}
