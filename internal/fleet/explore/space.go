// Package explore walks every history of a small fleet: it takes all that can happen to
// linked clusters in every order, decides each change by the rules of internal/fleet,
// and looks in every state for a bundle that does not verify a chain.
//
// A state is the members' states, which are numbered: three numbers of 21 bits in a
// word. Members are alike, so the numbers are sorted (symmetry reduction). States are
// kept in a flat hash set and walked breadth first, so a counter-example is a shortest.
package explore

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Options say what is explored.
type Options struct {
	// Name is for people.
	Name string
	// Model says which bundle verifies which chain; Configs are the materials of the
	// phases, the first one where all begin. Any change from one to another may be tried.
	Model   rotation.Model
	Configs []rotation.Config
	// Members of the fleet, 1 to 3; Proxies and Replicas of each, 1 to 3.
	Members, Proxies, Replicas int
	// Stale: an observation stays until the next one. Otherwise members that can be
	// read are observed at once.
	Stale bool
	// MaxStates ends a search that grows too large; the set of states has room for them.
	MaxStates int
	// Workers share the work.
	Workers int
}

// maxLocals is how many states of a member have a number.
const maxLocals = 1 << 21

// space numbers the states of members and remembers what can happen in each.
type space struct {
	Options
	mutant mutant

	lock    sync.Mutex
	numbers map[member]uint32
	// By number, from 1. Those of a number that a worker knows do not change any more.
	members []member
	traits  []traits
	nodes   []atomic.Pointer[node]
	classes map[class]uint16
	full    atomic.Bool // there are no more numbers

	rules *rules
}

// traits are what the check of a state and its decisions look at.
type traits struct {
	bundles, chains uint8 // live
	linked, pending bool
	class           uint16
}

// class is what decisions know of a member.
type class struct {
	now, viewB, viewC uint8
	unknown, linked   bool
}

// node is an opened state of a member: what can happen in it.
type node struct {
	nexts   []uint32
	pending [8]uint32 // by target
	toggled uint32    // linked or no longer
}

func newSpace(o Options, m mutant) *space {
	o.Members, o.Proxies, o.Replicas = clamp(o.Members), clamp(o.Proxies), clamp(o.Replicas)
	x := &space{
		Options: o, mutant: m, numbers: map[member]uint32{}, classes: map[class]uint16{},
		traits: make([]traits, maxLocals), members: make([]member, maxLocals), nodes: make([]atomic.Pointer[node], maxLocals),
	}
	x.rules = &rules{space: x, known: map[uint64]*situation{}}
	return x
}

func clamp(n int) int { return max(1, min(n, most)) }

// number gives a member's state its number, from 1. The lock is held.
func (x *space) number(m member) uint32 {
	if n, known := x.numbers[m]; known {
		return n
	}
	n := uint32(len(x.numbers) + 1)
	if n == maxLocals {
		x.full.Store(true)
		return 1
	}
	c := class{m.now, m.viewB, m.viewC, m.unknown, m.linked}
	k, known := x.classes[c]
	if !known {
		k = uint16(len(x.classes))
		x.classes[c] = k
		x.rules.classes = append(x.rules.classes, c)
	}
	t := traits{linked: m.linked, pending: m.pending != none, class: k}
	t.bundles, t.chains = x.live(m)
	x.numbers[m], x.members[n], x.traits[n] = n, m, t
	return n
}

// open computes what can happen in a member's state, once.
func (x *space) open(n uint32) *node {
	if at := x.nodes[n].Load(); at != nil {
		return at
	}
	x.lock.Lock()
	defer x.lock.Unlock()
	m, at := x.members[n], new(node)
	for _, e := range x.events(m) {
		at.nexts = append(at.nexts, x.number(e.to))
	}
	if m.pending == none {
		for to := range x.Configs {
			if next := m; to != int(m.now) && !m.unknown {
				next.pending = uint8(to)
				at.pending[to] = x.number(next)
			}
		}
		next := m
		next.linked = !m.linked
		at.toggled = x.number(next)
	}
	x.nodes[n].Store(at)
	return at
}

// triple is a state: the numbers of three members; numbers begin at 1, and 0 is a member that
// there is not.
type triple [3]uint32

// pack makes one word of a state, whatever the order of its members.
func (x *space) pack(s triple) uint64 {
	a, b, c := s[0], s[1], s[2]
	if a > b {
		a, b = b, a
	}
	if b > c {
		b, c = c, b
	}
	if a > b {
		a, b = b, a
	}
	return uint64(a)<<42 | uint64(b)<<21 | uint64(c)
}

func unpack(word uint64) triple {
	const mask = maxLocals - 1
	return triple{uint32(word >> 42), uint32(word >> 21 & mask), uint32(word & mask)}
}

// broken finds a pair of a component that fails: linked members are one, the others are
// by themselves.
func (x *space) broken(s triple) bool {
	var bundles, chains uint8
	for _, n := range s {
		switch t := &x.traits[n]; {
		case n == 0:
		case t.linked:
			bundles, chains = bundles|t.bundles, chains|t.chains
		default:
			if _, _, found := fails(x.Model, t.bundles, t.chains); found {
				return true
			}
		}
	}
	_, _, found := fails(x.Model, bundles, chains)
	return found
}

// each calls visit with every state that one event leads to.
func (x *space) each(s triple, memo map[uint64]*situation, visit func(next triple)) {
	pending := false
	for i, n := range s {
		if n == 0 {
			continue
		}
		pending = pending || x.traits[n].pending
		if i > 0 && s[i-1] == n {
			continue // what happens in one of two equal members happens in the other
		}
		for _, to := range x.open(n).nexts {
			next := s
			next[i] = to
			visit(next)
		}
	}
	if pending {
		return // one change of a fleet is open at a time
	}
	known := x.rules.of(s, memo)
	for _, targets := range known.changes {
		next := s
		for i, to := range targets {
			if to != none {
				next[i] = x.open(s[i]).pending[to]
			}
		}
		visit(next)
	}
	for _, i := range known.toggles {
		next := s
		next[i] = x.open(s[i]).toggled
		visit(next)
	}
}

// first is the state in which every member is at the beginning.
func (x *space) first() triple {
	n := x.number(x.beginning())
	var s triple
	for i := range x.Members {
		s[len(s)-1-i] = n
	}
	return s
}

// arrivedAll reports whether every member is at the end.
func (x *space) arrivedAll(s triple) bool {
	return !slices.ContainsFunc(s[:], func(n uint32) bool { return n > 0 && !x.arrived(x.members[n]) })
}
