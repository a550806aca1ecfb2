package rotation

import (
	"math/bits"
	"slices"
)

// Model is what the state space is walked over: up to four bundles and four
// chains by number, and which bundle verifies which chain. [ModelOf] computes it from real
// certificates; [Textbook] is the theory.
type Model struct {
	Bundles, Chains []string // names for counter-examples
	// Proxy and Identity by bundle: a bit set of the chains that it verifies
	// under proxies' and under identity's rules.
	Proxy, Identity []uint8
	// Contains by bundle: a bit set of the bundles whose anchors it has.
	Contains []uint8
}

// Numbers of [Textbook]: the bundles {A}, {A, B}, {B}; the chains a, b, b with X.
const (
	BundleA  = 0
	BundleAB = 1
	BundleB  = 2
	ChainA   = 0
	ChainB   = 1
	ChainBX  = 2
)

// Textbook has outgoing anchor A with issuer a, incoming anchor B with issuer
// b, and X, which is B certified by A.
func Textbook() Model {
	a, b, bx := uint8(1)<<ChainA, uint8(1)<<ChainB, uint8(1)<<ChainBX
	verifies := []uint8{a | bx, a | b | bx, b | bx}
	return Model{
		Bundles: []string{"{A}", "{A, B}", "{B}"}, Chains: []string{"a", "b", "b X"},
		Proxy: verifies, Identity: verifies,
		Contains: []uint8{1 << BundleA, 1<<BundleA | 1<<BundleAB | 1<<BundleB, 1 << BundleB},
	}
}

// holder is a proxy (bundle held, chain served) or an identity replica (bundle
// loaded, issuer loaded).
type holder struct{ bundle, chain uint8 }

// local is one cluster of the model.
//
// Lag is in the mounts: after a commit kubelet may mount either version, until
// it has synced. A missed reload is a reload that never happens: no event is
// ever forced.
type local struct {
	config           uint8 // number in the order's configs
	bundleM, chainM  uint8 // bit sets: what may be mounted
	proxies, replica []holder
}

// code packs a local state into a number: equal states, and states that differ
// in the order of their proxies only, have the same one.
func (l local) code() uint64 {
	slices.SortFunc(l.proxies, compareHolders) // not order.By: millions of states are sorted
	slices.SortFunc(l.replica, compareHolders)
	n := uint64(l.config)<<8 | uint64(l.bundleM)<<4 | uint64(l.chainM)
	for _, h := range l.proxies {
		n = n<<4 | uint64(h.bundle)<<2 | uint64(h.chain)
	}
	for _, h := range l.replica {
		n = n<<4 | uint64(h.bundle)<<2 | uint64(h.chain)
	}
	return n
}

func compareHolders(a, b holder) int {
	return int(a.bundle)<<2 + int(a.chain) - int(b.bundle)<<2 - int(b.chain)
}

func (l local) clone() local {
	l.proxies, l.replica = slices.Clone(l.proxies), slices.Clone(l.replica)
	return l
}

// sets are the live sets of a cluster: held and served now, and with what may
// still be given to an endpoint that starts now.
type sets struct{ bundles, chains, mayBundles, mayChains uint8 }

func (l local) sets() sets {
	var s sets
	for _, h := range slices.Concat(l.proxies, l.replica) {
		s.bundles |= 1 << h.bundle
		s.chains |= 1 << h.chain
	}
	s.mayBundles, s.mayChains = s.bundles|l.bundleM, s.chains|l.chainM
	return s
}

func (s sets) union(o sets) sets {
	return sets{s.bundles | o.bundles, s.chains | o.chains, s.mayBundles | o.mayBundles, s.mayChains | o.mayChains}
}

// broken finds a live bundle that does not verify a live chain.
func (m Model) broken(s sets) (bundle, chain int, found bool) {
	for b := range m.Bundles {
		if s.bundles>>b&1 == 0 {
			continue
		}
		if failing := s.chains &^ m.Proxy[b]; failing != 0 {
			return b, bits.TrailingZeros8(failing), true
		}
	}
	return 0, 0, false
}

// event is one thing that can happen in a cluster, and what becomes of it.
type event struct {
	next local
	text func() string
}
