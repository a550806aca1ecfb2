package linked

import (
	"slices"
	"strings"
	"testing"
)

// TestLinked takes two linked control planes through a rotation by cross-signing, and
// then through one by bundle: evidence is what `observe --fleet` reads, and at every
// instant every proxy of both clusters verifies every other one.
func TestLinked(t *testing.T) {
	f := newFleet(t)
	old := f.clusters[1].pods[0].bundle
	for _, r := range []struct {
		strategy string
		start    []string
		phases   []string
		waves    int
	}{
		{"cross-sign", []string{"--outgoing-key", "clusters/east/keys/anchor-2025.key"},
			[]string{"issuer-switched", "issuer-spread", "anchor-swapped", "anchor-spread", "stable"}, 1},
		{"bundle", nil,
			[]string{"anchor-added", "anchor-spread", "issuer-switched", "issuer-spread", "anchor-dropped", "stable"}, 2},
	} {
		f.rotate(r.strategy, r.start, r.phases, r.waves)
	}
	for _, c := range f.clusters {
		if log := f.must(nil, "log", "-s", f.state(c.name), "-o", "json"); strings.Contains(log, `"assumed"`) {
			t.Errorf("somebody vouched in %s:\n%s", c.name, log)
		}
	}
	// Both verifiers tell a pair that fails: a pod that nobody restarted.
	now := f.clusters[0].pods[0]
	if why := f.trust.fails(t, pair{Bundle: old, Presented: now.presented}); !strings.Contains(why, "rules of proxies") || !strings.Contains(why, "crypto/x509") {
		t.Errorf("the bundle of before verifies the leaves of now: %q", why)
	}
	t.Logf("%d different pairs were verified", len(f.trust.known))
}

// rotate rotates both clusters. Evidence is taken when half of what follows from a
// move has happened, and again when all of it has.
func (f *fleet) rotate(strategy string, start, phases []string, waves int) {
	f.t.Helper()
	for _, c := range f.clusters {
		clear(c.restarts)
	}
	f.observe() // that nobody relies on an anchor of before
	moved := f.moved(f.must(nil, append([]string{"fleet", "start", "anchor", "--strategy", strategy, "-o", "json"}, start...)...))
	took := map[string][]string{}
	note := func() {
		for member, phase := range moved {
			took[member] = append(took[member], phase)
		}
		f.deliverAll(moved)
	}
	note()
	held := 0
	for range 2 * len(phases) {
		for _, most := range []int{max(1, len(f.clusters[0].pending())/2), all} {
			f.goOn(most)
			f.observe()
			if moved = f.advance(); len(moved) == 0 {
				held++
			}
			note()
		}
		if len(took["east"]) == len(phases) && len(took["west"]) == len(phases) {
			break
		}
	}
	f.goOn(all)
	for _, c := range f.clusters {
		if !slices.Equal(took[c.name], phases) {
			f.t.Fatalf("%s: %s took %q", strategy, c.name, took[c.name])
		}
		if want := waves * replicas["web"]; c.restarts["shop"] != want {
			f.t.Errorf("%s: %d pods of %s were restarted, want %d", strategy, c.restarts["shop"], c.name, want)
		}
	}
	if held == 0 {
		f.t.Errorf("%s: no gate was ever shut", strategy)
	}
	f.t.Logf("%s: stable, and %d times no gate was open", strategy, held)
}
