package fleet

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
)

// histories is how many random histories a run plays: a sample, or what
// L5D_PROVE_FLEETS asks for (`make prove-long`).
func histories(t *testing.T) uint64 {
	text := os.Getenv("L5D_PROVE_FLEETS")
	if text == "" {
		return 10_000
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestNoFleetBreaks: whatever is committed, reverted, cut off, linked, restarted or
// missed, no history that the rules allow has an endpoint that refuses another one of
// its component.
func TestNoFleetBreaks(t *testing.T) {
	n, begin := histories(t), time.Now()
	var steps, joins, refused int
	for seed := range n {
		p := newPlay(seed, Bending{}, false)
		if err := p.run(60); err != nil {
			t.Fatalf("history %d: %v", seed, err)
		}
		steps, joins, refused = steps+p.steps, joins+p.joins, refused+p.refused
	}
	t.Logf("%d histories, %d steps taken, %d joins, %d joins refused, 0 pairs failed", n, steps, joins, refused)
	if page := os.Getenv("L5D_PROVE_REPORT"); page != "" {
		row := fmt.Sprintf("| histories | changes made | members linked | links refused | pairs that failed | seconds |\n|---|---|---|---|---|---|\n| %d | %d | %d | %d | 0 | %.0f |\n",
			n, steps, joins, refused, time.Since(begin).Seconds())
		if err := testkit.PutSection(page, "histories", row); err != nil {
			t.Fatal(err)
		}
	}
	if uint64(steps) < 2*n || uint64(joins) < n/4 || uint64(refused) < n/20 {
		t.Error("the play hardly moves")
	}
}

// TestBentRulesBreak: without one of the rules the same play finds a pair that fails,
// so the test above can fail.
func TestBentRulesBreak(t *testing.T) {
	for name, m := range map[string]struct {
		bent   Bending
		absent bool
	}{
		"every cluster judged alone":                    {bent: Bending{Alone: true}},
		"without the barrier before the issuer":         {bent: Bending{NoBundles: true}},
		"without the barrier before the anchor goes":    {bent: Bending{NoChains: true}},
		"an unreachable member counts as absent":        {absent: true},
		"a late joiner is linked without being checked": {bent: Bending{Unjoined: true}},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(50_000) {
				p := newPlay(seed, m.bent, m.absent)
				if err := p.run(60); err != nil {
					t.Logf("history %d: %v", seed, err)
					return
				}
			}
			t.Error("no pair fails: the play is too weak")
		})
	}
}

// TestEndIsReached: the rules do not only refuse. Three members go from A to B by
// both strategies, one of them unreachable for a while, and only the barriers wait.
func TestEndIsReached(t *testing.T) {
	for name, way := range map[string][]Config{
		"bundle":     {{both, byA}, {both, byB}, atB},
		"cross-sign": {{onlyA, crossed}, {onlyB, crossed}, atB},
	} {
		sites := []*site{newSite(atA, 1, 1), newSite(atA, 1, 1), newSite(atA, 1, 1)}
		component := func() *Component {
			c := NewComponent(textbook{})
			for i, s := range sites {
				c.Add(i, s.view())
			}
			return c
		}
		settle := func(s *site) {
			s.applied, s.mountB, s.mountC = s.now, []int{s.now.Bundle}, []int{s.now.Chain}
			s.proxies[0] = endpoint{s.now.Bundle, s.now.Chain}
			s.replicas[0] = s.proxies[0]
			s.observe()
		}
		held := 0
		for _, to := range way {
			for i, s := range sites {
				if len(component().Judge(i, s.now, to)) > 0 {
					t.Fatalf("%s: member %d may not go from %v to %v", name, i, s.now, to)
				}
				s.now, s.since = to, append(s.since, to)
			}
			settle(sites[0])
			settle(sites[1])
			next := way[min(len(way)-1, 1+indexOf(way, to))]
			holds := component().Judge(0, to, next)
			if len(holds) > 0 {
				held++
				if len(holds[0].Members) != 1 || holds[0].Members[0] != 2 {
					t.Errorf("%s: %v is held by %v, and member 2 alone is behind", name, next, holds)
				}
			}
			settle(sites[2]) // it is back
		}
		if held == 0 {
			t.Errorf("%s: the unreachable member holds nothing", name)
		}
		for i, s := range sites {
			if s.now != atB {
				t.Errorf("%s: member %d is at %v", name, i, s.now)
			}
		}
	}
}

func indexOf(way []Config, c Config) int {
	for i, w := range way {
		if w == c {
			return i
		}
	}
	return -1
}
