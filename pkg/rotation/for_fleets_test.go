package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// fleet is two linked clusters under one anchor, each with an issuer of its own.
func fleet(t *testing.T) (east, west *mesh) {
	t.Helper()
	east, west = newMesh(t, "east", now), newMesh(t, "west", now)
	anchor, key := must(MaterialOf(east.state)).Bundle.Certificates()[0], east.anchorKey(state.RoleCurrent)
	r := random("west issuer")
	issuerKey := must(pki.MintKey(pki.FormSEC1, r))
	issuer := must(pki.MintIssuer(issuerKey.Signer().Public(), "identity.linkerd.cluster.local", anchor, key, from(-day, year), r))
	west.state.Status.Anchors[0].Certificate = east.state.Status.Anchors[0].Certificate
	west.state.Status.Issuers[0].Certificate = text(issuer.PEM())
	east.state.Spec.Links = []state.Link{{Name: "west", State: "../west/rotation.yaml"}}
	west.state.Spec.Links = []state.Link{{Name: "east", State: "../east/rotation.yaml"}}
	return east, west
}

// rotate begins the same rotation in a cluster: the same incoming anchor, an
// issuer of its own.
func (m *mesh) rotate(t *testing.T, next brought, e Evidence) {
	t.Helper()
	m.start(t, StartOptions{Kind: "anchor", Strategy: "bundle", Anchor: next.anchor, AnchorKey: next.key}, e, now)
}

func with(m *mesh, o ...*Observation) Evidence {
	return Evidence{Links: []LinkedState{{m.state.Metadata.Name, m.state}}, Observations: o}
}

// eastSpreads is a fleet in which both have the incoming anchor and the pods of east get it.
func eastSpreads(t *testing.T) (east, west *mesh, next brought, instant time.Time) {
	t.Helper()
	east, west = fleet(t)
	next, instant = bring("root next", from(-day, 5*year), from(-day, year)), now.Add(36*time.Hour)
	east.rotate(t, next, Evidence{})
	west.rotate(t, next, Evidence{})
	east.advance(t, Options{}, seen(east.sight(instant)), instant)
	return east, west, next, instant
}

// TestFleetMovesInStep: a cluster that runs ahead of its neighbour is held
// back by exactly the pair that would fail.
func TestFleetMovesInStep(t *testing.T) {
	east, west := fleet(t)
	next := bring("root next", from(-day, 5*year), from(-day, year))
	east.rotate(t, next, Evidence{}) // adding an anchor is safe, the neighbour unknown or not
	instant := now.Add(36 * time.Hour)
	east.advance(t, Options{}, seen(east.sight(instant)), instant)

	ready := seen(east.sight(instant))
	if _, err := Advance(east.state, Options{}, ready, instant); !slices.Contains(codes(err), "rotation-unknown") || !strings.Contains(explain(err), `cluster "west"`) {
		t.Errorf("a missing link: %s", explain(err))
	}
	_, err := Advance(east.state, Options{}, with(west, east.sight(instant)), instant)
	if got := codes(err); !slices.Equal(got, []string{"rotation-g1"}) || !strings.Contains(explain(err), `cluster "west"`) {
		t.Errorf("the neighbour does not trust the incoming anchor yet: %s", explain(err))
	}
	word := with(west, east.sight(instant))
	word.Assumptions = []Assumption{{Code: BundleLoaded, Because: "looked"}}
	_, err = Advance(east.state, Options{}, word, instant)
	if got := codes(err); !slices.Equal(got, []string{"rotation-g1"}) || !strings.Contains(explain(err), `cluster "west"`) {
		t.Errorf("a person's word overrules the neighbour's state: %s", explain(err))
	}

	west.rotate(t, next, Evidence{})
	_, err = Advance(east.state, Options{}, with(west, east.sight(instant)), instant)
	if got := codes(err); !slices.Equal(got, []string{"rotation-g1"}) {
		t.Errorf("the neighbour may have pods that do not: %v", got)
	}
	_, err = Advance(east.state, Options{}, with(west, east.sight(instant), west.sight(instant)), instant)
	if err != nil {
		t.Errorf("all of the neighbour's pods do: %s", explain(err))
	}

	// The other half: east may not drop A while west signs with its a.
	walk := func(m *mesh, o *mesh, phase string) {
		for m.state.Status.Phase != phase {
			instant = instant.Add(36 * time.Hour)
			m.advance(t, Options{}, with(o, m.sight(instant), o.sight(instant)), instant)
		}
	}
	walk(east, west, "issuer-spread")
	walk(west, east, "anchor-spread")
	instant = instant.Add(36 * time.Hour)
	_, err = Advance(east.state, Options{}, with(west, east.sight(instant), west.sight(instant)), instant)
	if got := codes(err); !slices.Equal(got, []string{"rotation-g2"}) || !strings.Contains(explain(err), `cluster "west"`) {
		t.Errorf("dropping A while the neighbour signs under it: %s", explain(err))
	}
	walk(west, east, "issuer-spread")
	walk(east, west, "stable")
	walk(west, east, "stable")
	if east.state.Status.Anchors[0].Certificate != west.state.Status.Anchors[0].Certificate {
		t.Error("the fleet ends with two anchors")
	}
}

// TestLinkByObservation: a neighbour without a state file is known by an
// observation that covers everything and brings its certificates.
func TestLinkByObservation(t *testing.T) {
	east, west, _, instant := eastSpreads(t)
	o := west.sight(instant)
	try := func(edit func(o *Observation)) error {
		o := *o
		edit(&o)
		_, err := Advance(east.state, Options{}, seen(east.sight(instant), &o), instant)
		return err
	}
	certificates := west.state.Status.Issuers[0].Certificate
	if err := try(func(o *Observation) { o.Certificates = certificates }); err != nil {
		t.Errorf("everything seen: %s", explain(err))
	}
	// A step that changes the issuer only asks what bundles hold, so the
	// neighbour's unknown issuer matters no sooner than the outgoing anchor goes.
	if err := try(func(o *Observation) { o.Covers = o.Covers[:4]; o.Certificates = certificates }); !slices.Contains(codes(err), "rotation-unknown") {
		t.Errorf("not everything seen: %v", codes(err))
	}
	lagging := func(o *Observation) {
		o.Certificates = certificates
		o.ControlPlane.Injectors = []Injector{{"injector-0", west.anchors(state.RoleOutgoing)}}
	}
	if err := try(lagging); !slices.Contains(codes(err), "rotation-g1") {
		t.Errorf("the neighbour's injector still gives {A}: %v", codes(err))
	}
	for east.state.Status.Phase != "issuer-spread" {
		instant = instant.Add(36 * time.Hour)
		known := west.sight(instant)
		known.Certificates = certificates
		east.advance(t, Options{}, seen(east.sight(instant), known), instant)
	}
	strange := west.sight(instant)
	_, err := Advance(east.state, Options{}, seen(east.sight(instant), strange), instant)
	if !slices.Contains(codes(err), "rotation-unknown") || !strings.Contains(explain(err), west.chain(state.RoleOutgoing)[0]) {
		t.Errorf("the neighbour's issuer is not known: %s", explain(err))
	}
}

// TestLinkedLeafLife: leaves of a linked cluster live as long as its own state says, not
// as long as those of the cluster that moves.
func TestLinkedLeafLife(t *testing.T) {
	const three = 3 * day
	for name, c := range map[string]struct {
		own, linked, later time.Duration
		opens              bool
	}{
		"the linked cluster's live longer":           {day, three, 30 * time.Hour, false},
		"and have expired":                           {day, three, 73 * time.Hour, true},
		"the linked cluster's live shorter":          {three, day, 30 * time.Hour, true},
		"and have not expired yet":                   {three, day, 23 * time.Hour, false},
		"both live long":                             {three, three, 30 * time.Hour, false},
		"a lifetime that the linked one left at 24h": {three, 0, 25 * time.Hour, true},
	} {
		east, west := fleet(t)
		east.state.Spec.Leaf.Lifetime, west.state.Spec.Leaf.Lifetime = state.Duration(c.own), state.Duration(c.linked)
		next := bring("root next", from(-day, 5*year), from(-day, year))
		east.rotate(t, next, Evidence{})
		west.rotate(t, next, Evidence{})
		instant := now
		for _, phase := range []string{"anchor-spread", "issuer-switched", "issuer-spread"} {
			instant = instant.Add(96 * time.Hour)
			west.advance(t, Options{}, with(east, west.sight(instant), east.sight(instant)), instant)
			east.advance(t, Options{}, with(west, west.sight(instant), east.sight(instant)), instant)
			if east.state.Status.Phase != phase || west.state.Status.Phase != phase {
				t.Fatal(east.state.Status.Phase, west.state.Status.Phase)
			}
		}
		blind := func(at time.Time) *Observation { // whose leaves are not seen
			o := west.sight(at)
			for i := range o.Endpoints {
				o.Endpoints[i].Chain = nil
			}
			return o
		}
		first := instant.Add(time.Hour)
		at := first.Add(c.later)
		_, err := Advance(east.state, Options{}, with(west, east.sight(at), blind(first), blind(at)), at)
		if opens := err == nil; opens != c.opens {
			t.Errorf("%s: opens %t: %s", name, opens, explain(err))
		}
		if !c.opens && (!slices.Contains(codes(err), "rotation-g2") || !strings.Contains(explain(err), `cluster "west"`)) {
			t.Errorf("%s: %s", name, explain(err))
		}
	}
}

// TestWordOfAnother: a word given in a move of one cluster says nothing of a linked one
// whose own log rules it out, whether that is judged as a link or as part of a fleet.
func TestWordOfAnother(t *testing.T) {
	east, west, next, instant := eastSpreads(t)
	given := func(n Need, at time.Time, forced bool) (bundles, chains int, err error) {
		e := Evidence{Assumptions: []Assumption{{n, "looked", forced}}}
		l, failed := LiveOf("west", west.state, e, next.anchor.Fingerprint(), at, NewVerifier(at))
		if failed != nil {
			t.Fatal(failed)
		}
		linked := with(west, east.sight(at))
		linked.Assumptions = e.Assumptions
		_, err = Advance(east.state, Options{}, linked, at)
		return len(l.Bundles), len(l.Chains), err
	}
	if n, _, err := given(BundleLoaded, instant, false); n != 2 || !slices.Contains(codes(err), "rotation-g1") {
		t.Errorf("west has restarted nothing: %d bundles, %s", n, explain(err))
	}
	if n, _, err := given(BundleLoaded, instant, true); n != 1 || err != nil {
		t.Errorf("a word that was given against the log: %d bundles, %s", n, explain(err))
	}
	west.advance(t, Options{}, seen(west.sight(instant)), instant)
	if n, _, err := given(BundleLoaded, instant.Add(time.Second), false); n != 2 || err == nil {
		t.Errorf("no rollout takes a second: %d bundles, %v", n, err)
	}
	if n, _, err := given(BundleLoaded, instant.Add(time.Hour), false); n != 1 || err != nil {
		t.Errorf("west may have restarted all: %d bundles, %s", n, explain(err))
	}

	for _, phase := range []string{"issuer-switched", "issuer-spread"} {
		instant = instant.Add(36 * time.Hour)
		east.advance(t, Options{}, with(west, east.sight(instant), west.sight(instant)), instant)
		if east.state.Status.Phase != phase {
			t.Fatal(east.state.Status.Phase)
		}
	}
	instant = instant.Add(36 * time.Hour)
	west.advance(t, Options{}, with(east, west.sight(instant), east.sight(instant)), instant)
	if _, n, err := given(LeavesRenewed, instant.Add(time.Hour), false); n != 2 || !slices.Contains(codes(err), "rotation-g2") {
		t.Errorf("leaves of west's old issuer live: %d chains, %s", n, explain(err))
	}
	if _, n, err := given(LeavesRenewed, instant.Add(26*time.Hour), false); n != 1 || err != nil {
		t.Errorf("a day later: %d chains, %s", n, explain(err))
	}
}
