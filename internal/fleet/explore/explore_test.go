package explore

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

var strategies = []string{state.StrategyBundle, state.StrategyCrossSign}

// sized is a walk of a strategy by so many members.
func sized(strategy string, members, proxies int) Options {
	o := Textbook(strategy)
	o.Members, o.Proxies, o.Replicas, o.MaxStates, o.Workers = members, proxies, 1, 1<<20, 2
	return o
}

// TestEveryStateOfTwo: two members never meet with a bundle and a chain that fail,
// whatever happens and however old observations are, and both arrive.
func TestEveryStateOfTwo(t *testing.T) {
	t.Parallel()
	for _, strategy := range strategies {
		for _, stale := range []bool{false, true} {
			o := sized(strategy, 2, 1)
			o.Stale = stale
			r := Explore(o)
			if !r.Safe || !r.Whole || !r.Reached || r.States < 50_000 || r.Situations < 400 {
				t.Errorf("%+v\n%s", r, strings.Join(r.Counterexample, "\n"))
			}
		}
	}
}

// TestStatesOfThree: a part of what `make prove-long` walks whole.
func TestStatesOfThree(t *testing.T) {
	t.Parallel()
	for _, strategy := range strategies {
		o := sized(strategy, 3, 2)
		o.MaxStates = 1 << 17
		if r := Explore(o); !r.Safe || r.Whole || r.States < 1<<17 || r.Members != 3 {
			t.Errorf("%+v\n%s", r, strings.Join(r.Counterexample, "\n"))
		}
	}
}

// TestWorkers: how many share the work changes nothing of what is found.
func TestWorkers(t *testing.T) {
	t.Parallel()
	one, four := sized(state.StrategyCrossSign, 2, 1), sized(state.StrategyCrossSign, 2, 1)
	one.Workers, four.Workers = 1, 4
	if a, b := Explore(one), Explore(four); a.States != b.States || a.Transitions != b.Transitions || a.Depth != b.Depth {
		t.Errorf("%+v\n%+v", a, b)
	}
}

// TestWithoutRules: with any of the rules left out the same walk finds a pair that fails.
func TestWithoutRules(t *testing.T) {
	t.Parallel()
	for _, strategy := range strategies {
		results := WithoutRules(sized(strategy, 2, 1))
		if len(results) != len(mutants) {
			t.Fatal(len(results))
		}
		for _, r := range results {
			if r.Safe || len(r.Counterexample) != r.Depth+1 || !strings.HasSuffix(r.Counterexample[r.Depth], "the handshake fails") {
				t.Errorf("%s, %s: %+v", strategy, r.Without, r)
			}
			for _, line := range r.Counterexample {
				if strings.HasSuffix(line, ": ") || strings.Contains(line, "!") {
					t.Errorf("%s: an event without words: %q", r.Without, line)
				}
			}
		}
	}
}

// realStates is a state of each phase of a strategy, with certificates that were made by
// the tool, and the instant at which they are valid.
func realStates(t *testing.T, strategy string) (states []*state.Rotation, at time.Time) {
	t.Helper()
	table, _ := state.TableOf(state.KindAnchor, strategy)
	for _, name := range append([]string{"stable"}, phaseNames(table)...) {
		file := filepath.Join("..", "..", "..", "fixtures", "rotation", strategy, name+".yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := state.ParseLegacy(file, text)
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, s)
	}
	m, err := rotation.MaterialOf(states[len(states)-1])
	if err != nil {
		t.Fatal(err)
	}
	return states, m.Issuer[0].NotBefore.Add(time.Hour)
}

func phaseNames(t state.Table) (names []string) {
	for _, p := range t.Phases {
		names = append(names, p.Name)
	}
	return append(names, "stable-after")
}

// TestRealCertificates: the textbook's table is what the verifiers say of certificates
// that the tool makes, and its configs are those of the phases.
func TestRealCertificates(t *testing.T) {
	for _, strategy := range strategies {
		states, at := realStates(t, strategy)
		m, order, err := rotation.ModelOf(states[2], at)
		if err != nil {
			t.Fatal(err)
		}
		// The numbers differ: those of a real rotation are in the order of its phases.
		real, book := Of("real", m, order), Textbook(strategy)
		if len(real.Configs) != len(book.Configs) {
			t.Fatalf("%s: %v and %v", strategy, real.Configs, book.Configs)
		}
		for i, a := range real.Configs {
			for j, b := range real.Configs {
				c, d := book.Configs[i], book.Configs[j]
				if m.Proxy[a.Bundle]>>b.Chain&1 != book.Model.Proxy[c.Bundle]>>d.Chain&1 || m.Identity[a.Bundle]>>b.Chain&1 != book.Model.Identity[c.Bundle]>>d.Chain&1 ||
					m.Contains[a.Bundle]>>b.Bundle&1 != book.Model.Contains[c.Bundle]>>d.Bundle&1 {
					t.Errorf("%s: configs %d and %d mean something else in the textbook", strategy, i, j)
				}
			}
		}
		real.Members, real.Proxies, real.Replicas, real.MaxStates, real.Workers = 2, 1, 1, 1<<20, 1
		if a, b := Explore(real), Explore(sized(strategy, 2, 1)); a.States != b.States || a.Transitions != b.Transitions || !a.Safe {
			t.Errorf("%s: %+v and %+v", strategy, a, b)
		}
	}
}

// TestOwnGate: a member's own gate in the walk is that of pkg/rotation, for everything
// that may be known of a member with real certificates.
func TestOwnGate(t *testing.T) {
	asked := 0
	for _, strategy := range strategies {
		states, at := realStates(t, strategy)
		m, order, err := rotation.ModelOf(states[2], at)
		if err != nil {
			t.Fatal(err)
		}
		x := newSpace(Of("real", m, order), mutant{})
		bundles, chains, materials := materialsOf(t, x, states)
		v := rotation.NewVerifier(at)
		for held := uint8(1); held < 1<<len(bundles); held++ {
			for served := uint8(1); served < 1<<len(chains); served++ {
				live := rotation.Live{}
				for n, b := range bundles {
					if held>>n&1 == 1 {
						live.Bundles = append(live.Bundles, rotation.Held{Bundle: b, Proxies: true, Identity: true})
					}
				}
				for n, c := range chains {
					if served>>n&1 == 1 {
						live.Chains = append(live.Chains, rotation.Served{Chain: c, Proxies: true, Identity: true})
					}
				}
				for from := range x.Configs {
					for to := range x.Configs {
						own := fleet.NewComponent(&trust{model: m, own: true})
						own.Add(0, x.rules.view(&class{viewB: held, viewC: served}))
						mine := len(own.Judge(0, numbered(x.Configs[from]), numbered(x.Configs[to]))) == 0
						if gate := rotation.Judge(materials[from], materials[to], live, v).Safe; gate != mine {
							t.Errorf("%s: held %b, served %b, config %d to %d: %t, the gate says %t", strategy, held, served, from, to, mine, gate)
						}
						asked++
					}
				}
			}
		}
	}
	if asked < 500 {
		t.Errorf("asked %d times only", asked)
	}
}

// materialsOf finds the certificates behind the numbers of a walk.
func materialsOf(t *testing.T, x *space, states []*state.Rotation) (bundles []pki.Bundle, chains []pki.Chain, materials []rotation.Material) {
	t.Helper()
	bundles, chains = make([]pki.Bundle, len(x.Model.Bundles)), make([]pki.Chain, len(x.Model.Chains))
	for i, s := range states {
		material, err := rotation.MaterialOf(s)
		if err != nil {
			t.Fatal(err)
		}
		if i == len(states)-1 {
			material.Issuer = material.Issuer[:1] // the last step drops the cross certificate, which the fixture keeps
		}
		n := len(materials)
		if n > 0 {
			b, c := materials[n-1].IDs()
			if d, e := material.IDs(); b == d && c == e {
				continue
			}
		}
		config := x.Configs[n]
		materials = append(materials, material)
		bundles[config.Bundle], chains[config.Chain] = material.Bundle, material.Issuer
	}
	if len(materials) != len(x.Configs) {
		t.Fatalf("%d materials of %d configs", len(materials), len(x.Configs))
	}
	return bundles, chains, materials
}

// TestMoreKnownNeverOpens: whoever knows of more bundles and chains is allowed no more. So
// a walk in which members are observed at once has every history of one in which
// observations are old.
func TestMoreKnownNeverOpens(t *testing.T) {
	opened := 0
	for _, strategy := range strategies {
		x := newSpace(Textbook(strategy), mutant{})
		allowed := func(held, served uint8, from, to int) bool {
			c := fleet.NewComponent(&trust{model: x.Model})
			c.Add(0, x.rules.view(&class{viewB: held, viewC: served}))
			return len(c.Judge(0, numbered(x.Configs[from]), numbered(x.Configs[to]))) == 0
		}
		joins := func(held, served uint8, from int) bool {
			c := fleet.NewComponent(&trust{model: x.Model})
			c.Add(0, x.rules.view(&class{viewB: held, viewC: served}))
			at := numbered(x.Configs[from])
			return len(c.Join(1, fleet.View{Bundles: []int{at.Bundle}, Chains: []int{at.Chain}})) == 0
		}
		for held := uint8(1); held < 8; held++ {
			for served := uint8(1); served < 8; served++ {
				for more := range uint8(64) {
					wide, broad := held|more&7, served|more>>3
					for from := range x.Configs {
						if joins(wide, broad, from) && !joins(held, served, from) {
							t.Errorf("%s: held %b to %b, served %b to %b opens the link of config %d", strategy, held, wide, served, broad, from)
						}
						for to := range x.Configs {
							if !allowed(wide, broad, from, to) {
								continue
							}
							opened++
							if !allowed(held, served, from, to) {
								t.Errorf("%s: held %b to %b, served %b to %b opens %d to %d", strategy, held, wide, served, broad, from, to)
							}
						}
					}
				}
			}
		}
	}
	if opened == 0 {
		t.Error("nothing is ever allowed")
	}
}

// TestSame: walks are compared by what verifies what, not by names.
func TestSame(t *testing.T) {
	a, b := Textbook(state.StrategyBundle), Textbook(state.StrategyBundle)
	b.Name, b.Model.Bundles = "other", []string{"x", "y", "z"}
	if !a.Same(b) || a.Same(Textbook(state.StrategyCrossSign)) {
		t.Error("walks are not compared by what they mean")
	}
	if reflect.DeepEqual(a, b) {
		t.Error("the names are the same")
	}
}
