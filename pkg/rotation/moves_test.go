package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const day = 24 * time.Hour

// at puts a mesh at a phase of a path, a day and a half for each step.
func at(t testing.TB, kind, strategy, phase string) (*mesh, time.Time) {
	t.Helper()
	m := newMesh(t, "prod", now)
	instant := now.Add(time.Hour)
	m.start(t, StartOptions{Kind: kind, Strategy: strategy, Options: Options{AcceptDowntime: kind == state.KindReplace}}, Evidence{}, instant)
	for m.state.Status.Phase != phase {
		instant = instant.Add(36 * time.Hour)
		sight := m.sight(instant.Add(-time.Minute))
		showHooks(m.state, sight)
		m.advance(t, Options{}, seen(sight), instant)
	}
	return m, instant
}

// TestAdvanceNeeds: each phase is refused without evidence, with the code of
// the need, and with an observation that shows too little.
func TestAdvanceNeeds(t *testing.T) {
	for _, c := range []struct {
		kind, strategy, phase string
		need                  Need
		// spoil makes a good observation show too little.
		spoil func(m *mesh, o *Observation)
	}{
		{"anchor", "bundle", "anchor-added", BundleDelivered, func(m *mesh, o *Observation) { o.ControlPlane.Injectors[0].Bundle = o.ControlPlane.TrustRoots[:1] }},
		{"anchor", "bundle", "anchor-added", BundleDelivered, func(m *mesh, o *Observation) { o.ControlPlane.TrustRoots = o.ControlPlane.TrustRoots[:1] }},
		{"anchor", "bundle", "anchor-added", BundleDelivered, func(m *mesh, o *Observation) { o.ControlPlane.Injectors = nil }},
		{"anchor", "bundle", "anchor-spread", BundleLoaded, func(m *mesh, o *Observation) { o.Endpoints[1].Bundle = o.Endpoints[1].Bundle[:1] }},
		{"anchor", "bundle", "anchor-spread", BundleLoaded, func(m *mesh, o *Observation) { o.Identity[1].Bundle = o.Identity[1].Bundle[:1] }},
		{"anchor", "bundle", "anchor-spread", BundleLoaded, func(m *mesh, o *Observation) { o.Covers = o.Covers[:5] }},
		{"anchor", "bundle", "anchor-spread", BundleLoaded, func(m *mesh, o *Observation) { o.Endpoints[1].Bundle = nil }},
		{"anchor", "bundle", "issuer-switched", IssuerLoaded, func(m *mesh, o *Observation) { o.Identity[1].Issuer = m.chain(state.RoleOutgoing) }},
		{"anchor", "bundle", "issuer-switched", IssuerLoaded, func(m *mesh, o *Observation) { o.Identity = nil }},
		{"anchor", "bundle", "issuer-spread", LeavesRenewed, func(m *mesh, o *Observation) { o.Endpoints[1].Chain = m.chain(state.RoleOutgoing) }},
		{"anchor", "bundle", "issuer-spread", LeavesRenewed, func(m *mesh, o *Observation) { o.Endpoints[1].Chain = nil }},
		{"anchor", "bundle", "anchor-dropped", BundleDelivered, func(m *mesh, o *Observation) {
			o.ControlPlane.Injectors[0].Bundle = append(m.anchors(state.RoleOutgoing), o.ControlPlane.TrustRoots...)
		}},
		{"anchor", "cross-sign", "issuer-switched", IssuerLoaded, func(m *mesh, o *Observation) { o.Identity[0].Issuer = o.Identity[0].Issuer[:1] }},
		{"anchor", "cross-sign", "issuer-spread", LeavesRenewed, func(m *mesh, o *Observation) { o.Identity[0].Issuer = m.chain(state.RoleOutgoing) }},
		{"anchor", "cross-sign", "anchor-swapped", BundleDelivered, func(m *mesh, o *Observation) { o.Covers = o.Covers[1:] }},
		{"anchor", "cross-sign", "anchor-spread", BundleLoaded, func(m *mesh, o *Observation) { o.Endpoints[0].Bundle = m.anchors(state.RoleOutgoing) }},
		{"issuer", "", "issuer-switched", LeavesRenewed, func(m *mesh, o *Observation) { o.Endpoints[1].Chain = m.chain(state.RoleOutgoing) }},
		{"webhooks", "", "webhook-ca-added", WebhookCADelivered, func(m *mesh, o *Observation) { o.Webhooks[0].CABundle = o.Webhooks[0].CABundle[:1] }},
		{"webhooks", "", "webhook-cert-switched", WebhookCertServed, func(m *mesh, o *Observation) { o.Webhooks[1].Served = o.Webhooks[1].CABundle }},
		{"webhooks", "", "webhook-cert-switched", WebhookCertServed, func(m *mesh, o *Observation) { o.Webhooks = o.Webhooks[:1] }},
		{"replace", "", "replaced", IssuerLoaded, func(m *mesh, o *Observation) { o.Identity[0].Issuer = m.chain(state.RoleOutgoing) }},
		{"replace", "", "replaced-spread", BundleLoaded, func(m *mesh, o *Observation) { o.Endpoints[0].Bundle = m.anchors(state.RoleOutgoing) }},
		{"renew", "", "renewed", IdentityLoaded, func(m *mesh, o *Observation) { o.Identity[0].Bundle = m.anchors(state.RoleOutgoing) }},
	} {
		t.Run(c.kind+" "+c.strategy+" "+c.phase, func(t *testing.T) {
			m, instant := at(t, c.kind, c.strategy, c.phase)
			// So early that time has closed nothing yet.
			instant = instant.Add(time.Hour)
			o := m.sight(instant.Add(-time.Minute))
			showHooks(m.state, o)
			_, err := Advance(m.state, Options{}, Evidence{}, instant)
			wantNeed(t, "without evidence", err, c.need)
			if _, err := Advance(m.state, Options{}, seen(o), instant); err != nil {
				t.Errorf("with a good observation: %s", explain(err))
			}
			c.spoil(m, o)
			_, err = Advance(m.state, Options{}, seen(o), instant)
			wantNeed(t, "with a spoilt observation", err, c.need)
		})
	}
}

// wantNeed: the refusal names the need's sentence and its code in a hint.
func wantNeed(t *testing.T, when string, err error, n Need) {
	t.Helper()
	for _, p := range problem.Of(err) {
		if p.Code == problem.RotationUnmet.Code && strings.Contains(p.Text, n.Text()) && strings.Contains(strings.Join(p.Hints, " "), string(n)) {
			return
		}
	}
	t.Errorf("%s: want the need %s, got %s", when, n, explain(err))
}

func (m *mesh) chain(role string) []string {
	for _, i := range m.state.Status.Issuers {
		if i.Role == role {
			return chainFPs(i.Certificate)
		}
	}
	return nil
}

func (m *mesh) anchors(role string) []string {
	for _, a := range m.state.Status.Anchors {
		if a.Role == role {
			return chainFPs(a.Certificate)
		}
	}
	return nil
}

// TestAssumptionsMeetNeeds: a person's word does what an observation does, and
// the log says so.
func TestAssumptionsMeetNeeds(t *testing.T) {
	m := newMesh(t, "prod", now)
	m.start(t, StartOptions{Kind: "anchor", Strategy: "bundle"}, Evidence{}, now)
	now := now
	for _, codes := range [][]Need{{BundleDelivered}, {BundleLoaded}, {IssuerLoaded}, {LeavesRenewed}, {BundleDelivered}} {
		now = now.Add(25 * time.Hour)
		move := m.advance(t, Options{Why: "ticket 7"}, assume(codes...), now)
		last := move.State.Status.Log[len(move.State.Status.Log)-1]
		want := []state.Assumed{{Code: string(codes[0]), Because: "the test says so"}}
		if last.Why != "ticket 7" || !slices.Equal(last.Assumed, want) || last.Evidence == "" {
			t.Errorf("the log says %+v, want %v", last, want)
		}
	}
	if m.state.Status.Phase != state.PhaseStable {
		t.Errorf("phase %s", m.state.Status.Phase)
	}
}

// TestObservationBeatsAssumption: what was seen is not assumed away.
func TestObservationBeatsAssumption(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-spread")
	instant = instant.Add(time.Minute)
	o := m.sight(instant)
	o.Endpoints[1].Bundle = m.anchors(state.RoleOutgoing)
	e := seen(o)
	e.Assumptions = assume(BundleLoaded).Assumptions
	_, err := Advance(m.state, Options{}, e, instant)
	if got := codes(err); !slices.Equal(got, []string{"rotation-contradicted", "rotation-g1"}) {
		t.Errorf("got %v", got)
	}
	if _, err := Advance(m.state, Options{Force: true}, e, instant); !slices.Equal(codes(err), []string{"rotation-g1"}) {
		t.Errorf("forced: %v", codes(err))
	}
}

// TestTimeClosesChains: counted from an observation in which every identity
// replica signs with the new issuer, to the second; and never for a bundle.
func TestTimeClosesChains(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "issuer-spread")
	begin := instant.Add(time.Minute)
	blind := m.sight(begin) // a collector that sees no leaf
	for i := range blind.Endpoints {
		blind.Endpoints[i].Chain = nil
	}
	life := 24*time.Hour + 20*time.Second
	for _, c := range []struct {
		name string
		at   time.Time
		edit func(o *Observation)
		open bool
	}{
		{"just before", begin.Add(life - time.Second), nil, false},
		{"at the last second", begin.Add(life), nil, false},
		{"after it", begin.Add(life + time.Second), nil, true},
		{"one replica on the outgoing issuer", begin.Add(2 * life), func(o *Observation) { o.Identity[1].Issuer = m.chain(state.RoleOutgoing) }, false},
		{"identity not covered", begin.Add(2 * life), func(o *Observation) {
			o.Covers = slices.DeleteFunc(o.Covers, func(g string) bool { return g == GroupIdentity })
		}, false},
		{"an unknown issuer was seen", begin.Add(2 * life), func(o *Observation) { o.Endpoints[1].Chain = []string{strings.Repeat("ab", 32)} }, false},
		{"an outgoing leaf was seen, and has expired since", begin.Add(2 * life), func(o *Observation) { o.Endpoints[1].Chain = m.chain(state.RoleOutgoing) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := *blind
			o.Identity, o.Endpoints, o.Covers = slices.Clone(o.Identity), slices.Clone(o.Endpoints), slices.Clone(o.Covers)
			if c.edit != nil {
				c.edit(&o)
			}
			_, err := Advance(m.state, Options{}, seen(&o), c.at)
			if (err == nil) != c.open {
				t.Errorf("open %t, want %t: %s", err == nil, c.open, explain(err))
			}
		})
	}
	bundles, instant := at(t, "anchor", "bundle", "anchor-spread")
	o := bundles.sight(instant)
	o.Endpoints[1].Bundle = bundles.anchors(state.RoleOutgoing)
	if _, err := Advance(bundles.state, Options{}, seen(o), instant.Add(1000*day)); err == nil {
		t.Error("time has closed a bundle")
	}
}

// TestTimeCountsFromTheSwitch: an observation from before identity switched
// starts no clock, even if it was of the same issuer.
func TestTimeCountsFromTheSwitch(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "issuer-switched")
	early := m.sight(instant.Add(time.Minute))
	m.back(t, Evidence{}, instant.Add(2*time.Minute)) // signs with a again
	m.advance(t, Options{}, assume(BundleLoaded), instant.Add(3*time.Minute))
	m.advance(t, Options{}, assume(IssuerLoaded), instant.Add(4*time.Minute))
	for i := range early.Endpoints {
		early.Endpoints[i].Chain = nil
	}
	if _, err := Advance(m.state, Options{}, seen(early), instant.Add(30*day)); err == nil {
		t.Error("leaves made after the observation are taken for expired")
	}
	late := m.sight(instant.Add(30*day - time.Minute)) // shows where identity is, and no leaf
	for i := range late.Endpoints {
		late.Endpoints[i].Chain = nil
	}
	if _, err := Advance(m.state, Options{}, seen(early, late), instant.Add(30*day)); err == nil {
		t.Error("an observation from before the switch starts the clock of a later one")
	}
}

// TestRollbackAtEveryPhase: from each phase of each path back to stable, one
// step at a time, with a cluster that catches up in between.
func TestRollbackAtEveryPhase(t *testing.T) {
	for _, path := range Paths {
		for _, phase := range path.names()[:len(path.Steps)-1] {
			t.Run(path.label()+" "+phase, func(t *testing.T) {
				m, instant := at(t, path.Kind, path.Strategy, phase)
				before := m.state.Status.Epoch
				accept := Options{AcceptDowntime: path.Kind == state.KindReplace}
				for steps := 0; m.state.Status.Phase != state.PhaseStable; steps++ {
					instant = instant.Add(36 * time.Hour)
					o := m.sight(instant.Add(-time.Minute))
					showHooks(m.state, o)
					move, err := Back(m.state, accept, seen(o), instant)
					if err != nil {
						t.Fatalf("back from %s: %s", m.state.Status.Phase, explain(err))
					}
					if move.State.Status.Epoch != before+int64(steps)+1 || !move.Back {
						t.Errorf("epoch %d after %d steps from %d", move.State.Status.Epoch, steps+1, before)
					}
					m.state = move.State
					if _, err := state.Parse("rotation.yaml", must(state.Marshal(m.state))); err != nil {
						t.Fatalf("phase %s does not read back: %s", m.state.Status.Phase, explain(err))
					}
				}
				st := m.state.Status
				if len(st.Anchors) != 1 || st.Anchors[0].Name != "2026" || len(st.Issuers) != 1 || st.Issuers[0].Name != "2026-1" {
					t.Errorf("not back at the beginning: %d anchors, %d issuers", len(st.Anchors), len(st.Issuers))
				}
				if anchors := path.Kind != state.KindIssuer && path.Kind != state.KindWebhooks; (len(st.Retired) == 1) != anchors {
					t.Errorf("%d retired anchors", len(st.Retired))
				}
			})
		}
	}
}

// TestWhatMayStillBeGiven: beside what was seen held, a pod that starts now may
// be given what is mounted, what is committed, and, while the control plane
// lags behind, everything in between.
func TestWhatMayStillBeGiven(t *testing.T) {
	u := newUniverse()
	onlyA, both, onlyB := u.materials[0], u.materials[4], u.materials[7]
	play := func(edit func(o *Observation)) []string {
		c := u.cluster("c", 1, 1, now)
		c.past.enter(now, both, false)
		c.past.enter(now, onlyB, false)
		o := sightOf("c", onlyB, now.Add(time.Hour))
		edit(o)
		c.seen = []*Observation{o}
		var held []string
		for _, h := range u.known(c, true, now.Add(2*time.Hour)).live().Bundles {
			held = append(held, bundleID(h.Bundle))
		}
		slices.Sort(held)
		return held
	}
	ids := func(ms ...Material) []string {
		var list []string
		for _, m := range ms {
			list = append(list, bundleID(m.Bundle))
		}
		slices.Sort(list)
		return list
	}
	a := fingerprints(onlyA.Bundle.Certificates())
	for _, c := range []struct {
		name string
		edit func(o *Observation)
		want []string
	}{
		{"caught up", func(*Observation) {}, ids(onlyB)},
		{"a pod with A", func(o *Observation) { o.Endpoints[1].Bundle = a }, ids(onlyA, onlyB)},
		{"the ConfigMap lags", func(o *Observation) { o.ControlPlane.TrustRoots = a }, ids(onlyA, both, onlyB)},
		{"one mount lags", func(o *Observation) { o.ControlPlane.Injectors[0].Bundle = a }, ids(onlyA, both, onlyB)},
		{"a group was not seen", func(o *Observation) { o.Covers = o.Covers[:5] }, ids(onlyA, both, onlyB)},
		{"a row without its bundle", func(o *Observation) { o.Endpoints[0].Bundle = nil }, ids(onlyA, both, onlyB)},
		{"older than the last change", func(o *Observation) { *o = *sightOf("c", onlyA, now.Add(-time.Hour)) }, ids(onlyA, both, onlyB)},
	} {
		if got := play(c.edit); !slices.Equal(got, c.want) {
			t.Errorf("%s: %d bundles, want %d", c.name, len(got), len(c.want))
		}
	}
}

// TestPanic is the rollback in a hurry: which steps back are open at once, with
// no evidence at all, and which wait.
func TestPanic(t *testing.T) {
	for _, c := range []struct {
		strategy, phase string
		open            int // steps back that need nothing
		then            string
	}{
		{"bundle", "anchor-added", 1, ""},
		{"bundle", "anchor-spread", 2, ""},
		{"bundle", "issuer-switched", 2, "rotation-g2"},   // then {A} would meet b
		{"bundle", "issuer-spread", 3, "rotation-g2"},     // the same
		{"bundle", "anchor-dropped", 1, "rotation-unmet"}, // a wave has to bring {A, B} back first
		{"cross-sign", "issuer-switched", 1, ""},          // {A} verifies b X and a
		{"cross-sign", "issuer-spread", 2, ""},
		{"cross-sign", "anchor-swapped", 1, "rotation-unmet"},
		{"cross-sign", "anchor-spread", 2, "rotation-unmet"},
	} {
		t.Run(c.strategy+" "+c.phase, func(t *testing.T) {
			m, instant := at(t, "anchor", c.strategy, c.phase)
			for range c.open {
				m.back(t, Evidence{}, instant.Add(time.Minute))
			}
			if (m.state.Status.Phase == state.PhaseStable) != (c.then == "") {
				t.Fatalf("after %d steps back the phase is %s", c.open, m.state.Status.Phase)
			}
			if c.then == "" {
				return
			}
			_, err := Back(m.state, Options{}, Evidence{}, instant.Add(2*time.Minute))
			if got := codes(err); !slices.Contains(got, c.then) {
				t.Errorf("step %d back from %s: %v, want %s", c.open+1, m.state.Status.Phase, got, c.then)
			}
		})
	}
}

// TestBackStartsAWave: after the outgoing anchor was dropped, going back past
// the issuer's switch needs every {B} to restart with {A, B}.
func TestBackStartsAWave(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-dropped")
	stamp := m.state.Status.Stamp
	if move := m.back(t, Evidence{}, instant); move.Wave || move.To != "issuer-spread" || m.state.Status.Stamp != stamp {
		t.Errorf("to %s: wave %t", move.To, move.Wave)
	}
	o := m.sight(instant.Add(time.Hour))
	o.Endpoints[1].Bundle = m.anchors(state.RoleIncoming) // a pod that started while {B} was delivered
	move := m.back(t, seen(o), instant.Add(time.Hour))
	if !move.Wave || m.state.Status.Stamp == stamp || move.To != "issuer-switched" {
		t.Fatalf("to %s: wave %t, stamp %q", move.To, move.Wave, m.state.Status.Stamp)
	}
	if _, err := Back(m.state, Options{}, seen(o), instant.Add(2*time.Hour)); !slices.Contains(codes(err), "rotation-g1") {
		t.Errorf("before the wave has passed: %v", codes(err))
	}
	m.back(t, seen(m.sight(instant.Add(2*time.Hour))), instant.Add(3*time.Hour))
	if m.state.Status.Phase != "anchor-spread" {
		t.Errorf("phase %s", m.state.Status.Phase)
	}
}

// TestBackWithoutNeedOfAWave: where every bundle already verifies the issuer
// before, going back restarts nothing.
func TestBackWithoutNeedOfAWave(t *testing.T) {
	for _, strategy := range []string{"bundle", "cross-sign"} {
		m, instant := at(t, "anchor", strategy, "issuer-spread")
		if move := m.back(t, seen(m.sight(instant)), instant); move.Wave {
			t.Errorf("%s: a wave from issuer-spread", strategy)
		}
	}
}

func TestTo(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-added")
	instant = instant.Add(time.Minute) // what is seen at the instant of a change may be from before it
	if _, err := To(m.state, "issuer-switched", Options{}, Evidence{}, instant); !slices.Contains(codes(err), "rotation-g1") {
		t.Errorf("a skip over the wave without evidence: %v", codes(err))
	}
	move, err := To(m.state, "issuer-switched", Options{}, seen(m.sight(instant)), instant)
	if err != nil || move.To != "issuer-switched" || move.State.Status.Epoch != 2 {
		t.Errorf("a skip with every pod on {A, B}: %s", explain(err))
	}
	if _, err := To(m.state, "anchor-dropped", Options{}, seen(m.sight(instant)), instant); !slices.Contains(codes(err), "rotation-g2") {
		t.Errorf("a skip from a straight to {B}: %v", codes(err))
	}
	if _, err := To(m.state, "anchor-swapped", Options{}, Evidence{}, instant); !slices.Equal(codes(err), []string{"rotation-no-phase"}) {
		t.Errorf("a phase of another strategy: %v", codes(err))
	}
	if _, err := To(m.state, "anchor-added", Options{}, Evidence{}, instant); !slices.Equal(codes(err), []string{"rotation-same-phase"}) {
		t.Errorf("the phase that it is in: %v", codes(err))
	}
	far, instant := at(t, "anchor", "bundle", "issuer-switched")
	if _, err := Abandon(far.state, Options{}, Evidence{}, instant); !slices.Equal(codes(err), []string{"rotation-g2"}) {
		t.Errorf("back to stable in one jump while b is live: %v", codes(err))
	}
	for _, f := range []func() (*Move, error){
		func() (*Move, error) { return Advance(newMesh(t, "x", now).state, Options{}, Evidence{}, now) },
		func() (*Move, error) { return Back(newMesh(t, "x", now).state, Options{}, Evidence{}, now) },
		func() (*Move, error) { return To(newMesh(t, "x", now).state, "stable", Options{}, Evidence{}, now) },
		func() (*Move, error) { return Abandon(newMesh(t, "x", now).state, Options{}, Evidence{}, now) },
	} {
		if _, err := f(); !slices.Equal(codes(err), []string{"rotation-none"}) {
			t.Errorf("in stable: %v", codes(err))
		}
	}
}

// TestUnknownCertificate: a fingerprint that nobody knows shuts the gate, and
// is named.
func TestUnknownCertificate(t *testing.T) {
	strange := strings.Repeat("5a", 32)
	m, instant := at(t, "anchor", "bundle", "anchor-spread")
	o := m.sight(instant)
	o.Endpoints[1].Bundle = append(slices.Clone(o.Endpoints[1].Bundle), strange)
	_, err := Advance(m.state, Options{}, seen(o), instant)
	if err == nil || !strings.Contains(explain(err), strange) {
		t.Errorf("an unknown anchor: %s", explain(err))
	}
	m, instant = at(t, "anchor", "bundle", "issuer-spread")
	o = m.sight(instant)
	o.Endpoints[1].Chain = []string{strange}
	_, err = Advance(m.state, Options{}, seen(o), instant)
	if err == nil || !strings.Contains(explain(err), strange) {
		t.Errorf("an unknown issuer: %s", explain(err))
	}
	o.Endpoints[1].Chain = append(m.chain(state.RoleIncoming), strange)
	if _, err = Advance(m.state, Options{}, seen(o), instant); err != nil {
		t.Errorf("an unknown intermediate behind a known issuer: %s", explain(err))
	}
	added, instant := at(t, "anchor", "bundle", "anchor-added")
	o = added.sight(instant)
	o.Endpoints[1].Bundle = []string{strange}
	if _, err := Advance(added.state, Options{}, seen(o), instant); err != nil {
		t.Errorf("a step that changes neither bundle nor issuer: %s", explain(err))
	}
}

// TestRevertOfCommits: an older state file over a newer one. One revert is
// safe, of two (a change of bundle and one of issuer) is not.
func TestRevertOfCommits(t *testing.T) {
	versions := map[string]*state.Rotation{}
	m := newMesh(t, "prod", now)
	versions["stable"] = m.state
	instant := now
	m.start(t, StartOptions{Kind: "anchor", Strategy: "bundle"}, Evidence{}, instant)
	for versions[m.state.Status.Phase] = m.state; m.state.Status.Phase != "anchor-dropped"; versions[m.state.Status.Phase] = m.state {
		instant = instant.Add(36 * time.Hour)
		m.advance(t, Options{}, seen(m.sight(instant)), instant)
	}
	for _, c := range []struct {
		base, next string
		safe       bool
	}{
		{"anchor-added", "stable", true},
		{"anchor-spread", "stable", true},
		{"issuer-switched", "anchor-spread", true},
		{"issuer-switched", "stable", false},
		{"anchor-dropped", "issuer-spread", true},
		{"anchor-dropped", "issuer-switched", true},
		{"anchor-dropped", "anchor-spread", false},
		{"anchor-dropped", "stable", false},
		{"stable", "anchor-added", true},
		{"stable", "issuer-switched", false},
		{"stable", "anchor-dropped", false},
	} {
		change, err := JudgeChange(versions[c.base], versions[c.next], Evidence{}, instant)
		if err != nil {
			t.Fatal(err)
		}
		if change.Verdict.Safe != c.safe {
			t.Errorf("%s over %s: safe %t, want %t: %v", c.next, c.base, change.Verdict.Safe, c.safe, change.Verdict.Reasons)
		}
		if change.Reverted != (change.EpochAfter < change.EpochBefore) || change.Reverted == (c.base == "stable") {
			t.Errorf("%s over %s: reverted %t", c.next, c.base, change.Reverted)
		}
	}
	if _, err := JudgeChange(versions["stable"], newMesh(t, "other", now).state, Evidence{}, now); !slices.Equal(codes(err), []string{"rotation-other-mesh"}) {
		t.Errorf("another mesh: %v", codes(err))
	}
}

// TestAdoptedMidway: with an empty log nothing is ruled out, and the first move
// writes the beginning of a log.
func TestAdoptedMidway(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "issuer-switched")
	m.state.Status.Log = nil
	if _, err := Back(m.state, Options{}, Evidence{}, instant); !slices.Contains(codes(err), "rotation-g1") {
		t.Errorf("a step back over a history that nobody knows: %v", codes(err))
	}
	move := m.advance(t, Options{}, seen(m.sight(instant)), instant)
	if log := move.State.Status.Log; len(log) != 2 || log[0].Phase != "issuer-switched" || log[0].Move != state.MoveAdopt {
		t.Errorf("log %+v", log)
	}
	if _, err := state.Parse("rotation.yaml", must(state.Marshal(move.State))); err != nil {
		t.Error(explain(err))
	}
}

// TestSplitWave: the next gate waits for the last namespace.
func TestSplitWave(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-added")
	instant = instant.Add(time.Minute) // what is seen at the instant of a change may be from before it
	m.advance(t, Options{Namespaces: []string{"canary"}}, seen(m.sight(instant)), instant)
	if m.state.StampOf("canary", "Deployment", "web") == m.state.StampOf("prod", "Deployment", "web") {
		t.Error("the wave is not split")
	}
	_, err := Advance(m.state, Options{}, seen(m.sight(instant)), instant)
	wantNeed(t, "in the middle of the wave", err, WaveDone)
	next, err := ContinueWave(m.state, []string{"prod", "canary"}, false)
	if err != nil || !slices.Equal(next.Status.Wave.Namespaces, []string{"canary", "prod"}) || next.Status.Epoch != m.state.Status.Epoch {
		t.Errorf("%+v, %v", next.Status.Wave, err)
	}
	if next, err = ContinueWave(next, nil, true); err != nil || next.Status.Wave != nil {
		t.Error("the wave does not end")
	}
	if _, err := Advance(next, Options{}, seen(m.sight(instant)), instant); err != nil {
		t.Error(explain(err))
	}
	if _, err := ContinueWave(next, nil, true); !slices.Equal(codes(err), []string{"rotation-no-split-wave"}) {
		t.Errorf("%v", codes(err))
	}
}

func TestOptionsThatDoNotFit(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-added")
	e := seen(m.sight(instant))
	for want, o := range map[string]Options{"rotation-leaves": {Leaves: "soon"}, "rotation-no-choice": {Leaves: LeavesWave}} {
		if _, err := Advance(m.state, o, e, instant); !slices.Contains(codes(err), want) {
			t.Errorf("%+v: %v", o, codes(err))
		}
	}
	if _, err := Back(m.state, Options{Namespaces: []string{"a"}}, e, instant); !slices.Contains(codes(err), "rotation-no-wave") {
		t.Errorf("%v", codes(err))
	}
	sw, instant := at(t, "anchor", "bundle", "issuer-switched")
	move := sw.advance(t, Options{Leaves: LeavesWave}, seen(sw.sight(instant)), instant)
	if !move.Wave || move.State.Status.Rotation.Leaves != LeavesWave {
		t.Errorf("wave %t, leaves %q", move.Wave, move.State.Status.Rotation.Leaves)
	}
}

func TestEvidenceIsChecked(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-added")
	foreign, late := m.sight(instant), m.sight(instant.Add(time.Second))
	foreign.Cluster = "elsewhere"
	otherDomain, otherNamespace := m.sight(instant), m.sight(instant)
	otherDomain.Mesh, otherNamespace.Mesh = Mesh{Namespace: "linkerd", TrustDomain: "example.org"}, Mesh{Namespace: "linkerd2"}
	for _, o := range []*Observation{otherDomain, otherNamespace} {
		if _, err := Advance(m.state, Options{}, seen(o), instant); !slices.Contains(codes(err), "rotation-foreign-mesh") {
			t.Errorf("%+v: got %v", o.Mesh, codes(err))
		}
	}
	own := m.sight(instant)
	own.Mesh = Mesh{Namespace: "linkerd", TrustDomain: "cluster.local"}
	if _, err := Advance(m.state, Options{}, seen(own), instant); slices.Contains(codes(err), "rotation-foreign-mesh") {
		t.Error("the state's own mesh is refused")
	}
	for want, e := range map[string]Evidence{
		"rotation-foreign-observation": seen(foreign),
		"rotation-future-observation":  seen(late),
		"rotation-unknown-code":        {Assumptions: []Assumption{{"TRUST-ME", "x", false}}},
		"rotation-no-because":          {Assumptions: []Assumption{{BundleDelivered, " ", false}}},
		"rotation-foreign-link":        {Links: []LinkedState{{"west", m.state}}},
	} {
		if _, err := Advance(m.state, Options{}, e, instant); !slices.Contains(codes(err), want) {
			t.Errorf("want %s, got %v", want, codes(err))
		}
	}
}

// TestStateIsNotTouched: a move returns a new state and leaves the old one.
func TestStateIsNotTouched(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-added")
	before := string(must(state.Marshal(m.state)))
	if _, err := Advance(m.state, Options{}, seen(m.sight(instant)), instant); err != nil {
		t.Fatal(err)
	}
	if _, err := Back(m.state, Options{}, Evidence{}, instant); err != nil {
		t.Fatal(err)
	}
	if string(must(state.Marshal(m.state))) != before {
		t.Error("the given state was changed")
	}
}

// TestAdoptedBundleEndsWithTheBundle: other bytes for the same bundle restart the
// control plane, so they change only with the bundle.
func TestAdoptedBundleEndsWithTheBundle(t *testing.T) {
	for kind, kept := range map[string]bool{state.KindWebhooks: true, state.KindIssuer: true, state.KindAnchor: false} {
		m := newMesh(t, "prod", now)
		raw := m.state.Status.Anchors[0].Certificate + "\n"
		m.state.Status.AdoptedBundle = raw
		o := StartOptions{Kind: kind}
		if kind == state.KindAnchor {
			o.Strategy = state.StrategyBundle
		}
		m.start(t, o, Evidence{}, now)
		if got := m.state.Status.AdoptedBundle; (got == raw) != kept {
			t.Errorf("%s: the adopted bundle is %q, want it kept: %v", kind, got, kept)
		}
		if _, err := state.Parse("rotation.yaml", must(state.Marshal(m.state))); err != nil {
			t.Errorf("%s: %s", kind, explain(err))
		}
	}
}
