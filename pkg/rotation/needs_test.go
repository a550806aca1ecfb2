package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// counted is a sight in the second form, with webhooks, that covers everything.
func (m *mesh) counted(instant time.Time) *Observation {
	o := m.sight(instant)
	showHooks(m.state, o)
	for i, h := range o.Webhooks {
		o.Webhooks[i] = Hook{Name: h.Name, CABundle: h.CABundle, Pods: 2, Serving: []Serving{{h.Served, 2}}}
	}
	o.ControlPlane.Injectors = append(o.ControlPlane.Injectors, Injector{"injector-1", o.ControlPlane.Injectors[0].Bundle})
	o.APIVersion, o.Covers = ObservationVersion, nil
	for _, g := range append(slices.Clone(Groups), GroupInjectors) {
		o.Coverage = append(o.Coverage, Coverage{g, total(o.rows(g))})
	}
	return o
}

// uncount takes a group out of the coverage, short says that it has one pod more.
func uncount(group string) func(*Observation) {
	return func(o *Observation) {
		o.Coverage = slices.DeleteFunc(o.Coverage, func(c Coverage) bool { return c.Group == group })
	}
}

func short(group string) func(*Observation) {
	return func(o *Observation) {
		for i, c := range o.Coverage {
			if c.Group == group {
				o.Coverage[i].Pods++
			}
		}
	}
}

// TestNeeds: for each need, with the fact seen it is met; with the fact missing,
// seen in part, or seen before the change that it would prove, it is not.
func TestNeeds(t *testing.T) {
	type spoils map[string]func(*Observation)
	bundles := spoils{
		"a row": func(o *Observation) { o.Endpoints[1].Bundle = nil }, "a replica": func(o *Observation) { o.Identity[0].Bundle = nil },
		"trust roots": func(o *Observation) { o.ControlPlane.TrustRoots = nil }, "injectors": func(o *Observation) { o.ControlPlane.Injectors = nil },
		"proxies": uncount(GroupProxies), "external workloads": uncount(GroupExternal), "one proxy": short(GroupProxies),
		"one external workload": short(GroupExternal), "one injector": short(GroupInjectors), "one replica": short(GroupIdentity),
	}
	chains := spoils{
		"a row": func(o *Observation) { o.Endpoints[1].Chain = nil }, "a replica": func(o *Observation) { o.Identity[0].Issuer = nil },
		"proxies": uncount(GroupProxies), "extensions": uncount(GroupExtensions), "one proxy": short(GroupProxies), "one replica": short(GroupIdentity),
		"one external workload": short(GroupExternal),
	}
	for _, c := range []struct {
		need                  Need
		kind, strategy, phase string
		spoils                spoils
	}{
		{BundleDelivered, "anchor", "bundle", "anchor-added", spoils{
			"trust roots": func(o *Observation) { o.ControlPlane.TrustRoots = nil }, "every mount": func(o *Observation) { o.ControlPlane.Injectors = nil },
			"one mount": func(o *Observation) { o.ControlPlane.Injectors[1].Bundle = nil }, "one injector's row": func(o *Observation) { o.ControlPlane.Injectors = o.ControlPlane.Injectors[:1] },
			"how many": uncount(GroupInjectors), "one more": short(GroupInjectors),
		}},
		{BundleLoaded, "anchor", "bundle", "anchor-spread", bundles},
		{IssuerLoaded, "anchor", "bundle", "issuer-switched", spoils{
			"one issuer": func(o *Observation) { o.Identity[1].Issuer = nil }, "one row": func(o *Observation) { o.Identity = o.Identity[:1] },
			"every row": func(o *Observation) { o.Identity = nil }, "how many": uncount(GroupIdentity), "one more": short(GroupIdentity),
		}},
		{LeavesRenewed, "anchor", "bundle", "issuer-spread", chains},
		{LeavesRenewed, "issuer", "", "issuer-switched", chains},
		{IdentityLoaded, "renew", "", "renewed", spoils{
			"one bundle": func(o *Observation) { o.Identity[1].Bundle = nil }, "one row": func(o *Observation) { o.Identity = o.Identity[:1] },
			"how many": uncount(GroupIdentity), "one more": short(GroupIdentity),
		}},
		{WebhookCADelivered, "webhooks", "", "webhook-ca-added", spoils{
			"every webhook": func(o *Observation) { o.Webhooks = nil }, "one webhook": func(o *Observation) { o.Webhooks = o.Webhooks[1:] },
			"one bundle": func(o *Observation) { o.Webhooks[0].CABundle = nil },
		}},
		{WebhookCertServed, "webhooks", "", "webhook-cert-switched", spoils{
			"every webhook": func(o *Observation) { o.Webhooks = nil }, "what it serves": func(o *Observation) { o.Webhooks[0].Serving = nil },
			"one pod": func(o *Observation) { o.Webhooks[0].Serving[0].Count = 1 }, "how many": func(o *Observation) { o.Webhooks[0].Pods = 0 },
			"one more": func(o *Observation) { o.Webhooks[1].Pods++ },
		}},
	} {
		m, instant := at(t, c.kind, c.strategy, c.phase)
		instant = instant.Add(time.Minute)
		ask := func(e Evidence) NeedResult {
			s := must(StatusOf(m.state, e, instant))
			i := slices.IndexFunc(s.Next[0].Needs, func(r NeedResult) bool { return r.Need == c.need })
			if i < 0 {
				t.Fatalf("%s needs no %s", c.phase, c.need)
			}
			return s.Next[0].Needs[i]
		}
		if r := ask(seen(m.counted(instant))); !r.Met {
			t.Errorf("%s: everything was seen: %v", c.need, r.Missing)
		}
		if r := ask(Evidence{}); r.Met {
			t.Errorf("%s is met without an observation", c.need)
		}
		for name, spoil := range c.spoils {
			o := m.counted(instant)
			spoil(o)
			if r := ask(seen(o)); r.Met || len(r.Missing) == 0 {
				t.Errorf("%s is met without %s", c.need, name)
			}
		}
		old := m.counted(instant)
		old.At = instantText(must(time.Parse(time.RFC3339, m.state.Status.Log[1].At)).Add(-time.Second))
		r := ask(seen(old))
		if r.Met || !strings.Contains(strings.Join(r.Missing, "; "), "is too old: ") || !strings.Contains(r.Missing[0], "Take one after that instant") {
			t.Errorf("%s is met by an observation from before the rotation: %v", c.need, r.Missing)
		}
	}
}

// Two needs are read from the state: no observation meets them.
func TestNeedsOfTheState(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "issuer-switched")
	m.advance(t, Options{Namespaces: []string{"shop"}, Leaves: LeavesWave}, seen(m.sight(instant)), instant)
	m.state.Spec.Linkerd.ExternalCA = true // the next phase changes the bundle, which no output delivers
	s := must(StatusOf(m.state, seen(m.counted(instant)), instant))
	for _, need := range []Need{WaveDone, DeliveredElsewhere} {
		i := slices.IndexFunc(s.Next[0].Needs, func(r NeedResult) bool { return r.Need == need })
		if i < 0 || s.Next[0].Needs[i].Met {
			t.Errorf("%s: %+v", need, s.Next[0].Needs)
		}
	}
}

// Every need that an observation meets says how old the observation may be.
func TestEveryNeedHasItsAge(t *testing.T) {
	ofTheState := []Need{WaveDone, DeliveredElsewhere, RetiredGone} // RETIRED-GONE: TestUnknownIsNotGone
	for _, code := range state.NeedCodes {
		n := Need(code)
		if _, ok := needChanges[n]; ok == slices.Contains(ofTheState, n) {
			t.Errorf("%s: has an age: %t", n, ok)
		}
	}
}

// A pod without a chain yet does not keep LEAVES-RENEWED shut, and neither does
// one whose leaf was refreshed after identity was seen to sign with the issuer
// of the phase. One that was refreshed before does.
func TestLeavesByTheirDates(t *testing.T) {
	m, instant := at(t, "issuer", "", "issuer-switched")
	instant = instant.Add(time.Minute)
	first := m.counted(instant)
	for name, c := range map[string]struct {
		edit func(*Endpoint)
		met  bool
	}{
		"no chain yet": {func(e *Endpoint) { e.NoChain = true }, true},
		"refreshed": {func(e *Endpoint) {
			e.Leaf.Refreshed = Span{instantText(instant.Add(6 * time.Minute)), instantText(instant.Add(time.Hour))}
		}, true},
		"within a clock": {func(e *Endpoint) {
			e.Leaf.Refreshed = Span{instantText(instant.Add(4 * time.Minute)), instantText(instant.Add(time.Hour))}
		}, false},
		"before": {func(e *Endpoint) {
			e.Leaf.Refreshed = Span{instantText(instant.Add(-time.Hour)), instantText(instant.Add(time.Hour))}
		}, false},
		"unknown": {func(*Endpoint) {}, false},
	} {
		later := instant.Add(2 * time.Hour)
		o := m.counted(later)
		o.Endpoints[1].Chain = nil
		c.edit(&o.Endpoints[1])
		s := must(StatusOf(m.state, seen(first, o), later))
		if s.Next[0].Allowed != c.met {
			t.Errorf("%s: %+v", name, s.Next[0].Needs)
		}
	}
}

// The Secret still has the issuer of before: a replica may load it at any time.
func TestSecretOfBefore(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "issuer-spread")
	o := m.counted(instant)
	for _, i := range m.state.Status.Issuers {
		if i.Role == state.RoleOutgoing {
			o.ControlPlane.Issuer = chainFPs(i.Certificate)
		}
	}
	if s := must(StatusOf(m.state, seen(o), instant)); s.Next[0].Allowed {
		t.Error("the gate is open although the Secret has the outgoing issuer")
	}
}
