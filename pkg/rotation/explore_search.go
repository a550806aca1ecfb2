package rotation

import "slices"

// explorer numbers the local states of clusters, so that a state of the whole
// is up to three numbers in one word.
type explorer struct {
	model    Model
	order    Order
	clusters int
	proxies  int
	replicas int
	limit    int

	initial uint32
	codes   map[uint64]uint32
	locals  []node
	parent  map[uint64]uint64
}

// node is a numbered local state and what can happen in it.
type node struct {
	local   local
	sets    sets
	opened  bool
	nexts   []hop // events
	commits []commit
}

type hop struct {
	to   uint32
	text func() string
}

type commit struct {
	hop
	edge     Edge
	from, at Config
}

func newExplorer(m Model, o Order, opt ExploreOptions) *explorer {
	x := &explorer{model: m, order: o, clusters: max(1, min(3, opt.Clusters)), limit: opt.MaxStates,
		codes: map[uint64]uint32{}, parent: map[uint64]uint64{}}
	if x.limit == 0 {
		x.limit = 3_000_000
	}
	sizes := [][2]int{{3, 2}, {2, 1}, {1, 1}}[x.clusters-1]
	x.proxies, x.replicas = opt.Proxies, opt.Replicas
	if x.proxies == 0 {
		x.proxies = sizes[0]
	}
	if x.replicas == 0 {
		x.replicas = sizes[1]
	}
	// A local state is 12 bits, and 4 for each holder, in one word.
	x.proxies, x.replicas = min(x.proxies, 8), min(x.replicas, 4)
	c := o.Configs[0]
	h := holder{c.Bundle, c.Chain}
	x.initial = x.number(local{0, 1 << c.Bundle, 1 << c.Chain, slices.Repeat([]holder{h}, x.proxies), slices.Repeat([]holder{h}, x.replicas)})
	return x
}

// number gives a local state its number.
func (x *explorer) number(l local) uint32 {
	code := l.code()
	if n, known := x.codes[code]; known {
		return n
	}
	n := uint32(len(x.locals))
	x.codes[code] = n
	x.locals = append(x.locals, node{local: l, sets: l.sets()})
	return n
}

// open computes what can happen in a local state, once.
func (x *explorer) open(n uint32) *node {
	if x.locals[n].opened {
		return &x.locals[n]
	}
	l := x.locals[n].local
	config := x.order.Configs[l.config]
	var nexts []hop
	for _, e := range x.model.events(l, config) {
		to := x.number(e.next)
		if !slices.ContainsFunc(nexts, func(h hop) bool { return h.to == to }) {
			nexts = append(nexts, hop{to, e.text})
		}
	}
	var commits []commit
	for _, e := range x.order.Edges {
		if e.From != int(l.config) {
			continue
		}
		to := x.order.Configs[e.To]
		next := l.clone()
		next.config = uint8(e.To)
		next.bundleM |= 1 << to.Bundle
		next.chainM |= 1 << to.Chain
		commits = append(commits, commit{hop{x.number(next), func() string { return x.model.commitText(to) }}, e, config, to})
	}
	at := &x.locals[n]
	at.opened, at.nexts, at.commits = true, nexts, commits
	return at
}

// pack makes one word of the clusters' numbers; clusters are alike, so their
// order does not count.
func (x *explorer) pack(ids [3]uint32) uint64 {
	used := ids[:x.clusters]
	slices.Sort(used)
	var word uint64
	for _, id := range used {
		word = word<<21 | uint64(id)
	}
	return word
}

func (x *explorer) unpack(word uint64) (ids [3]uint32) {
	for i := x.clusters - 1; i >= 0; i-- {
		ids[i] = uint32(word & (1<<21 - 1))
		word >>= 21
	}
	return ids
}

// union is the live sets over all clusters.
func (x *explorer) union(ids [3]uint32) sets {
	var s sets
	for _, id := range ids[:x.clusters] {
		s = s.union(x.locals[id].sets)
	}
	return s
}

// each calls visit with every state that one event leads to, the cluster by its
// place in ids.
func (x *explorer) each(ids [3]uint32, visit func(cluster int, h hop)) {
	all := x.union(ids)
	for i, id := range ids[:x.clusters] {
		at := x.open(id)
		for _, h := range at.nexts {
			visit(i, h)
		}
		looks := all
		if x.order.PerCluster {
			looks = at.sets
		}
		for _, c := range at.commits {
			if x.model.allows(c.edge, c.from, c.at, looks) {
				visit(i, c.hop)
			}
		}
	}
}

// arrived tells whether every cluster has the last config and has caught up.
func (x *explorer) arrived(ids [3]uint32) bool {
	last := len(x.order.Configs) - 1
	c := x.order.Configs[last]
	for _, id := range ids[:x.clusters] {
		if int(x.locals[id].local.config) != last || x.locals[id].sets != (sets{1 << c.Bundle, 1 << c.Chain, 1 << c.Bundle, 1 << c.Chain}) {
			return false
		}
	}
	return true
}
