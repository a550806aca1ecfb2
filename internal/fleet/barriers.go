package fleet

import "slices"

// Config is what a member delivers and signs with, by number.
type Config struct{ Bundle, Chain int }

// View is what the endpoints of one member may hold and serve, as far as it is
// known. What is not known is said in words.
type View struct {
	Bundles, Chains               []int
	UnknownBundles, UnknownChains []string
}

// Trust answers what bundles and chains, by number, mean.
type Trust interface {
	// Verifies reports whether a bundle verifies a chain under the rules of proxies.
	Verifies(bundle, chain int) bool
	// Contains reports whether every anchor of inner is in outer.
	Contains(outer, inner int) bool
}

// Rule is why a member has to wait.
type Rule string

// Rules. The first two are the barriers between the steps of a component.
const (
	// HeldBundle: an endpoint may hold a bundle that does not verify the next chain.
	HeldBundle Rule = "bundle"
	// HeldChain: an endpoint may serve a chain that the next bundle does not verify.
	HeldChain Rule = "chain"
	// HeldUnknown: what a member holds or serves is not known.
	HeldUnknown Rule = "unknown"
	// HeldCanary: a canary has not taken the step yet.
	HeldCanary Rule = "canary"
	// HeldRestarts: as many members restart as may at the same time.
	HeldRestarts Rule = "restarts"
)

// Hold is one reason to wait, and the members that it comes from.
type Hold struct {
	Rule Rule
	// Members that hold the step back.
	Members []int
	// Bundle and Chain are the pair that would fail (HeldBundle, HeldChain).
	Bundle, Chain int
	// Text says what is not known (HeldUnknown).
	Text string
}

// Component is the members that share trust, and what any of them may hold and
// serve. A step is judged against all of it: the unit of a rotation is the component.
type Component struct {
	trust Trust
	// holders and servers are the members by bundle and chain, each member once.
	holders, servers   map[int][]int
	bundles, chains    []int
	blindHeld, blindIn []blind
	// refused are the chains that a bundle does not verify, among the first
	// refusedUpTo[bundle] chains: every chain is asked once for every bundle.
	refused     map[int][]int
	refusedUpTo map[int]int
	bent        Bending
}

type blind struct {
	member int
	text   string
}

// Bending takes a rule away, to show that tests and proofs find what it is for.
type Bending struct {
	// Alone judges every member by itself.
	Alone bool
	// NoBundles and NoChains drop a barrier, Unjoined the check of late joiners.
	NoBundles, NoChains, Unjoined bool
}

// NewComponent is a component without members.
func NewComponent(t Trust) *Component {
	return &Component{trust: t, holders: map[int][]int{}, servers: map[int][]int{}, refused: map[int][]int{}, refusedUpTo: map[int]int{}}
}

// Without is an empty component that lacks rules.
func Without(t Trust, b Bending) *Component {
	c := NewComponent(t)
	c.bent = b
	return c
}

// Add adds what a member may hold and serve.
func (c *Component) Add(member int, v View) {
	for _, b := range v.Bundles {
		c.hold(member, b)
	}
	for _, s := range v.Chains {
		c.serve(member, s)
	}
	for _, text := range v.UnknownBundles {
		c.blindHeld = append(c.blindHeld, blind{member, text})
	}
	for _, text := range v.UnknownChains {
		c.blindIn = append(c.blindIn, blind{member, text})
	}
}

func (c *Component) hold(member, bundle int) {
	if _, known := c.holders[bundle]; !known {
		c.bundles = append(c.bundles, bundle)
	}
	c.holders[bundle] = appendOnce(c.holders[bundle], member)
}

func (c *Component) serve(member, chain int) {
	if _, known := c.servers[chain]; !known {
		c.chains = append(c.chains, chain)
	}
	c.servers[chain] = appendOnce(c.servers[chain], member)
}

// appendOnce relies on members being added one after the other.
func appendOnce(list []int, member int) []int {
	if len(list) > 0 && list[len(list)-1] == member || slices.Contains(list[:min(len(list), 8)], member) {
		return list
	}
	return append(list, member)
}

// Judge says what holds back a step of a member from one config to the other. It
// has no direction: a step back, a jump and an edit by hand are judged alike.
//
//	barrier 1: every bundle that may be held in the component verifies the next chain;
//	barrier 2: the next bundle verifies every chain that may be served in it.
//
// A step that keeps the chain brings no pair of barrier 1 about, and a step that only
// adds anchors needs to know nothing of chains, so unknown members do not hold those.
func (c *Component) Judge(member int, from, to Config) (holds []Hold) {
	if from.Chain != to.Chain {
		holds = append(holds, c.chainHolds(member, to)...)
	}
	holds = append(holds, c.bundleHolds(member, to)...)
	if !c.trust.Contains(to.Bundle, from.Bundle) {
		holds = append(holds, c.unknown(member, c.blindIn)...)
	}
	if !c.trust.Verifies(to.Bundle, to.Chain) {
		holds = append(holds, Hold{Rule: HeldChain, Members: []int{member}, Bundle: to.Bundle, Chain: to.Chain})
	}
	return holds
}

// chainHolds is barrier 1: who may hold a bundle that does not verify the next chain.
func (c *Component) chainHolds(member int, to Config) (holds []Hold) {
	if c.bent.NoBundles {
		return nil
	}
	for _, b := range c.bundles {
		if by := c.others(member, c.holders[b]); len(by) > 0 && !c.trust.Verifies(b, to.Chain) {
			holds = append(holds, Hold{Rule: HeldBundle, Members: by, Bundle: b, Chain: to.Chain})
		}
	}
	return append(holds, c.unknown(member, c.blindHeld)...)
}

// bundleHolds is barrier 2: who may serve a chain that the next bundle does not verify.
func (c *Component) bundleHolds(member int, to Config) (holds []Hold) {
	if c.bent.NoChains {
		return nil
	}
	for _, chain := range c.refusedBy(to.Bundle) {
		if by := c.others(member, c.servers[chain]); len(by) > 0 {
			holds = append(holds, Hold{Rule: HeldChain, Members: by, Bundle: to.Bundle, Chain: chain})
		}
	}
	return holds
}

func (c *Component) refusedBy(bundle int) []int {
	for _, chain := range c.chains[c.refusedUpTo[bundle]:] {
		if !c.trust.Verifies(bundle, chain) {
			c.refused[bundle] = append(c.refused[bundle], chain)
		}
	}
	c.refusedUpTo[bundle] = len(c.chains)
	return c.refused[bundle]
}

func (c *Component) unknown(member int, list []blind) (holds []Hold) {
	for _, u := range list {
		if !c.bent.Alone || u.member == member {
			holds = append(holds, Hold{Rule: HeldUnknown, Members: []int{u.member}, Text: u.text})
		}
	}
	return holds
}

// others are all the members of a list; with a bent gate the member itself only.
func (c *Component) others(member int, list []int) []int {
	if !c.bent.Alone {
		return list
	}
	if slices.Contains(list, member) {
		return []int{member}
	}
	return nil
}

// Take adds a step that was allowed: from now on its config may be held and served,
// and steps that follow are judged with it. So any of the steps that were taken may
// be applied, in any order.
func (c *Component) Take(member int, to Config) {
	c.hold(member, to.Bundle)
	c.serve(member, to.Chain)
}

// Join says what keeps a member from being linked with the component: a late joiner
// has no step of its own, so every pair with it has to verify as it is.
func (c *Component) Join(member int, v View) (holds []Hold) {
	if c.bent.Unjoined {
		return nil
	}
	for _, b := range v.Bundles {
		for _, chain := range c.refusedBy(b) {
			holds = append(holds, Hold{Rule: HeldChain, Members: c.servers[chain], Bundle: b, Chain: chain})
		}
	}
	for _, b := range c.bundles {
		for _, chain := range v.Chains {
			if !c.trust.Verifies(b, chain) {
				holds = append(holds, Hold{Rule: HeldBundle, Members: c.holders[b], Bundle: b, Chain: chain})
			}
		}
	}
	for _, text := range slices.Concat(v.UnknownBundles, v.UnknownChains) {
		holds = append(holds, Hold{Rule: HeldUnknown, Members: []int{member}, Text: text})
	}
	return append(holds, append(c.unknown(member, c.blindHeld), c.unknown(member, c.blindIn)...)...)
}
