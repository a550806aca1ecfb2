package rotation

import (
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestExploreOrders is the table of what people's procedures lead to, for one,
// two and three linked clusters, each walked in under two seconds.
func TestExploreOrders(t *testing.T) {
	safe := map[string]bool{
		"documented order, gated": true, "documented order, gated, reverts gated": true,
		"cross-sign, gated": true, "cross-sign, gated, reverts gated": true,
		"bundle and cross-signed issuer in one commit, gated": true,
		"any change, gated": true, "any change, cross-signed chains too, gated": true,
	}
	ends := map[string]string{ // the pair that fails, for one cluster
		"documented order, no gates":          "{A} meets a chain of b",
		"G1 on the way forward only":          "{B} meets a chain of a",
		"gates forward, reverts unchecked":    "{A} meets a chain of b",
		"issuer before any restart (CronJob)": "{A} meets a chain of b",
		"issuer before the bundle (operator)": "{A} meets a chain of b",
		"both in one commit (--force)":        "{A} meets a chain of b",
		"cross-sign, no gates":                "{B} meets a chain of a",
		"any change, G1 only":                 "{B} meets a chain of a",
		"any change, G2 only":                 "{A} meets a chain of b",
	}
	for _, o := range Orders() {
		for clusters := 1; clusters <= 3 && (o.MaxClusters == 0 || clusters <= o.MaxClusters); clusters++ {
			begin := time.Now()
			r := Explore(Textbook(), o, ExploreOptions{Clusters: clusters})
			took := time.Since(begin)
			want := safe[o.Name] || o.PerCluster && clusters == 1
			if r.Safe != want || !r.Whole {
				t.Errorf("%s, %d clusters: safe %t, whole %t, want safe %t\n%s", o.Name, clusters, r.Safe, r.Whole, want, strings.Join(r.Counterexample, "\n"))
			}
			if want && !r.Reached {
				t.Errorf("%s, %d clusters: the end is never reached", o.Name, clusters)
			}
			if last := strings.Join(r.Counterexample, "\n"); clusters == 1 && !strings.Contains(last, ends[o.Name]) {
				t.Errorf("%s: the counter-example does not end with %q:\n%s", o.Name, ends[o.Name], last)
			}
			t.Logf("%-52s %d clusters: safe %-5t %6d states in %s", o.Name, clusters, r.Safe, r.States, took.Round(time.Millisecond))
		}
	}
}

// TestCounterexampleNamesOneCluster: two clusters are alike to the search, but
// a story has to be about one and the same.
func TestCounterexampleNamesOneCluster(t *testing.T) {
	for _, o := range Orders() {
		if !o.PerCluster {
			continue
		}
		r := Explore(Textbook(), o, ExploreOptions{Clusters: 2})
		story := strings.Join(r.Counterexample, "\n")
		if !strings.Contains(story, "cluster 1: commit: deliver {A, B}, sign with b") || strings.Contains(story, "cluster 2:") {
			t.Errorf("want a story of cluster 1 alone:\n%s", story)
		}
	}
}

func TestExploreEndsAtItsLimit(t *testing.T) {
	o := Orders()[len(Orders())-2]
	r := Explore(Textbook(), anyToAny("all", CheckAll, Config{0, 0}, Config{1, 0}, Config{1, 1}, Config{2, 1}), ExploreOptions{MaxStates: 20})
	if r.Whole || r.Safe {
		t.Errorf("%s: a search that was cut short claims safe %t, whole %t", o.Name, r.Safe, r.Whole)
	}
}

// TestModelOfRealCertificates: the theory's table is what real verification of
// minted certificates gives, and the rotation's own order is safe.
func TestModelOfRealCertificates(t *testing.T) {
	want := map[string]string{state.StrategyBundle: "01 11 10", state.StrategyCrossSign: "011 110"}
	for strategy := range want {
		m := newMesh(t, "prod", now)
		m.start(t, StartOptions{Kind: state.KindAnchor, Strategy: strategy}, Evidence{}, now)
		model, order, err := ModelOf(m.state, now)
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for b := range model.Bundles {
			row := ""
			for c := range model.Chains {
				row = string("01"[model.Proxy[b]>>c&1]) + row
			}
			rows = append(rows, row)
			if model.Proxy[b] != model.Identity[b] {
				t.Errorf("%s: %s is seen differently by proxies and identity", strategy, model.Bundles[b])
			}
		}
		if got := strings.Join(rows, " "); got != want[strategy] {
			t.Errorf("%s: %v x %v verify %q, want %q", strategy, model.Bundles, model.Chains, got, want[strategy])
		}
		if r := Explore(model, order, ExploreOptions{}); !r.Safe || !r.Reached {
			t.Errorf("%s: %+v", strategy, r)
		}
	}
}
