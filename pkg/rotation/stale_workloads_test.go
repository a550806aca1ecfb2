package rotation

import (
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// stalePods is an observation in which some workloads hold the bundle already.
func stalePods(m *mesh, at time.Time, old []string) *Observation {
	o := m.sight(at)
	o.Endpoints = append(o.Endpoints[:1],
		Endpoint{Group: GroupProxies, Namespace: "shop", Workload: "deploy/fresh", Bundle: o.ControlPlane.TrustRoots, Chain: o.Identity[0].Issuer, Count: 2},
		Endpoint{Group: GroupProxies, Namespace: "shop", Workload: "deploy/cart", Bundle: old, Chain: o.Identity[0].Issuer},
		Endpoint{Group: GroupProxies, Namespace: "shop", Workload: "deploy/cart", Bundle: o.ControlPlane.TrustRoots, Chain: o.Identity[0].Issuer},
		Endpoint{Group: GroupProxies, Namespace: "jobs", Workload: "job/tally-123", Bundle: old, Chain: o.Identity[0].Issuer},
	)
	return o
}

// TestStaleOnly: the wave names those that hold the old bundle, or whose bundle was
// not seen, and the next gate still wants to see them all.
func TestStaleOnly(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-added")
	before := m.state
	old := fingerprints(must(MaterialOf(before)).Bundle.Certificates())[:1]
	instant = instant.Add(time.Minute)
	e := seen(stalePods(m, instant, old))
	m.advance(t, Options{StaleOnly: true}, e, instant)
	w := m.state.Status.Wave
	if w == nil || !w.Stale || !slices.Equal(w.Workloads, []string{"jobs/*", "shop/deploy/cart"}) {
		t.Fatalf("%+v", w)
	}
	if _, err := state.Parse("rotation.yaml", must(state.Marshal(m.state))); err != nil {
		t.Error(explain(err))
	}
	for workload, stamped := range map[[3]string]bool{{"shop", "Deployment", "cart"}: true, {"shop", "Deployment", "fresh"}: false, {"jobs", "CronJob", "tally"}: true} {
		if got := m.state.StampOf(workload[0], workload[1], workload[2]); (got == m.state.Status.Stamp) != stamped {
			t.Errorf("%v: %q", workload, got)
		}
	}
	if _, err := Review(before, m.state, e, instant); err != nil {
		t.Errorf("the guard: %s", explain(err))
	}
	_, err := Advance(m.state, Options{}, seen(stalePods(m, instant, old)), instant.Add(time.Minute))
	wantNeed(t, "a workload still holds the old bundle", err, BundleLoaded)
	instant = instant.Add(2 * time.Minute)
	m.advance(t, Options{}, seen(m.sight(instant)), instant) // no need to call the wave done
	if m.state.Status.Wave == nil {
		t.Error("the workloads that kept their stamp would get the new one now, and restart")
	}
	o := m.sight(instant)
	o.Endpoints[1].Bundle = nil
	if list := o.stale(must(MaterialOf(m.state))); !slices.Equal(list, []string{"emojivoto/*"}) {
		t.Errorf("a bundle that was not seen: %q", list)
	}
}

// TestStaleOnlyAgain: what kept its stamp in the wave before keeps it in the next one.
func TestStaleOnlyAgain(t *testing.T) {
	was := &state.Wave{Previous: "0", Stale: true, Workloads: []string{"a/deploy/b"}}
	w := Options{StaleOnly: true}.split("1", was, func() []string { return []string{"c/deploy/d"} })
	if w.Previous != "0" || !slices.Equal(w.Workloads, []string{"a/deploy/b", "c/deploy/d"}) {
		t.Errorf("%+v", w)
	}
	if w := (Options{}).split("1", was, nil); w != nil {
		t.Errorf("a wave for all: %+v", w)
	}
}

// TestStaleOnlyRefused: without an observation that names every workload nobody knows
// which ones are stale, and a wave for leaves is for all.
func TestStaleOnlyRefused(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-added")
	instant = instant.Add(time.Minute)
	partial := m.sight(instant)
	partial.Covers = []string{GroupControlPlane, GroupIdentity, GroupProxies}
	for name, e := range map[string]Evidence{"a word": assume(BundleDelivered), "a part of the groups": seen(partial)} {
		if _, err := Advance(m.state, Options{StaleOnly: true}, e, instant); !slices.Contains(codes(err), "rotation-stale-unknown") {
			t.Errorf("%s: %v", name, codes(err))
		}
	}
	if _, err := Advance(m.state, Options{StaleOnly: true, Namespaces: []string{"shop"}}, seen(m.sight(instant)), instant); !slices.Contains(codes(err), "rotation-stale-wave") {
		t.Errorf("split: %v", codes(err))
	}
	m, instant = at(t, "anchor", "bundle", "issuer-switched")
	if _, err := Advance(m.state, Options{StaleOnly: true, Leaves: LeavesWave}, seen(m.sight(instant.Add(time.Minute))), instant.Add(time.Minute)); !slices.Contains(codes(err), "rotation-stale-wave") {
		t.Errorf("for leaves: %v", codes(err))
	}
}
