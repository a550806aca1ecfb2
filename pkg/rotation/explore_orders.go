package rotation

import "fmt"

// Config is a (D, I) of the model, by number.
type Config struct{ Bundle, Chain uint8 }

// Check is how much of the gate a commit has to pass.
type Check int

// Parts of the gate.
const (
	CheckNone Check = iota
	CheckG1         // what `linkerd upgrade` does: the new issuer against loaded bundles
	CheckG2
	CheckAll
)

// Edge is a commit that the order allows.
type Edge struct {
	From, To int // numbers of configs
	Check    Check
}

// Order is a procedure: which commits it makes and what it checks before each.
type Order struct {
	Name    string
	Configs []Config // the first is where it begins, the last where it ends
	Edges   []Edge
	// PerCluster checks each cluster's commit against that cluster alone.
	PerCluster bool
	// MaxClusters is how many linked clusters can be walked in seconds; zero: 3.
	MaxClusters int
}

// line is the order that commits one config after the other.
func line(name string, check Check, configs ...Config) Order {
	o := Order{Name: name, Configs: configs}
	for i := 1; i < len(configs); i++ {
		o.Edges = append(o.Edges, Edge{i - 1, i, check})
	}
	return o
}

// reverting adds the way back, one commit at a time.
func (o Order) reverting(check Check) Order {
	for _, e := range o.Edges[:len(o.Edges):len(o.Edges)] {
		o.Edges = append(o.Edges, Edge{e.To, e.From, check})
	}
	return o
}

// anyToAny allows every commit between the configs.
func anyToAny(name string, check Check, configs ...Config) Order {
	o := Order{Name: name, Configs: configs}
	for i := range configs {
		for j := range configs {
			if i != j {
				o.Edges = append(o.Edges, Edge{i, j, check})
			}
		}
	}
	return o
}

// Orders are the procedures that people follow, and ours, over [Textbook].
func Orders() []Order {
	a, abA, abB, b := Config{BundleA, ChainA}, Config{BundleAB, ChainA}, Config{BundleAB, ChainB}, Config{BundleB, ChainB}
	aX, bX, abX := Config{BundleA, ChainBX}, Config{BundleB, ChainBX}, Config{BundleAB, ChainBX}
	two := line("G1 on the way forward only", CheckG1, a, abA, abB, b)
	operator := line("issuer before the bundle (operator)", CheckNone, a, Config{BundleA, ChainB}, b)
	free := line("gates forward, reverts unchecked", CheckAll, a, abA, abB, b).reverting(CheckNone)
	fleet := anyToAny("each cluster checked alone", CheckAll, a, abA, abB, b)
	fleet.PerCluster = true
	wide := anyToAny("any change, cross-signed chains too, gated", CheckAll, a, abA, abB, aX, abX, bX, b)
	wide.MaxClusters = 1
	return []Order{
		line("documented order, no gates", CheckNone, a, abA, abB, b),
		two,
		line("documented order, gated", CheckAll, a, abA, abB, b),
		free,
		line("documented order, gated, reverts gated", CheckAll, a, abA, abB, b).reverting(CheckAll),
		line("issuer before any restart (CronJob)", CheckNone, a, abA, abB, b),
		operator,
		line("both in one commit (--force)", CheckNone, a, b),
		line("cross-sign, no gates", CheckNone, a, aX, bX, b),
		line("cross-sign, gated", CheckAll, a, aX, bX, b),
		line("cross-sign, gated, reverts gated", CheckAll, a, aX, bX, b).reverting(CheckAll),
		line("bundle and cross-signed issuer in one commit, gated", CheckAll, a, abX, b),
		anyToAny("any change, gated", CheckAll, a, abA, abB, b),
		wide,
		anyToAny("any change, G1 only", CheckG1, a, abA, abB, b),
		anyToAny("any change, G2 only", CheckG2, a, abA, abB, b),
		fleet,
	}
}

// allows applies the order's check to a commit, with the live sets that it looks at.
func (m Model) allows(e Edge, from, to Config, s sets) bool {
	bundles, chains := s.mayBundles|1<<from.Bundle, s.mayChains|1<<from.Chain
	if e.Check == CheckG1 || e.Check == CheckAll {
		for b := range m.Bundles {
			if bundles>>b&1 == 1 && (m.Proxy[b]&m.Identity[b])>>to.Chain&1 == 0 {
				return false
			}
		}
	}
	if e.Check == CheckG2 || e.Check == CheckAll {
		if chains&^(m.Proxy[to.Bundle]&m.Identity[to.Bundle]) != 0 {
			return false
		}
	}
	return e.Check == CheckNone || (m.Proxy[to.Bundle]&m.Identity[to.Bundle])>>to.Chain&1 == 1
}

// commitText says a commit in words.
func (m Model) commitText(c Config) string {
	return fmt.Sprintf("commit: deliver %s, sign with %s", m.Bundles[c.Bundle], m.Chains[c.Chain])
}
