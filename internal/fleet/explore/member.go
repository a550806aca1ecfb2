package explore

import (
	"fmt"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// most is how many proxies, and how many replicas, a member has at most.
const most = 3

// none stands for no target.
const none = 15

// endpoint is a proxy (bundle held, chain served) or an identity replica (bundle and
// issuer loaded), in four bits.
type endpoint uint8

func pair(bundle, chain uint8) endpoint { return endpoint(bundle<<2 | chain) }

func (e endpoint) bundle() uint8 { return uint8(e) >> 2 }
func (e endpoint) chain() uint8  { return uint8(e) & 3 }

// member is the state of one cluster.
//
// Lag is in the mounts: after a commit a pod that starts may be given what was there
// before, for as long as it takes a controller and kubelet. No event is ever forced, so
// a missed reload, a pod that never restarts and a cluster that is cut off are members
// to which some events do not happen.
type member struct {
	// now is the number of the config that is committed; pending the one that a change
	// brings which was allowed and is not merged, or none.
	now, pending uint8
	// mountB and mountC are bit sets: what a pod that starts may be given.
	mountB, mountC uint8
	// viewB and viewC are bit sets: what the fleet knows that may be held and served.
	viewB, viewC uint8
	// unknown: neither the cluster nor its state can be read.
	unknown bool
	// linked with the other linked members.
	linked            bool
	proxies, replicas [most]endpoint
}

// event is what happens in a member, and its text.
type event struct {
	to   member
	text func() string
}

// events are everything that can happen in a member on its own.
func (x *space) events(m member) (all []event) {
	add := func(to member, format string, args ...any) {
		to = x.settled(to)
		if to != m && !slices.ContainsFunc(all, func(e event) bool { return e.to == to }) {
			all = append(all, event{to, func() string { return fmt.Sprintf(format, args...) }})
		}
	}
	x.moves(m, add)
	x.syncs(m, add)
	x.restarts(m, add)
	x.reloads(m, add)
	return all
}

type adder func(to member, format string, args ...any)

// moves: a change is merged, or it never is; the member is cut off, comes back, and is
// observed.
func (x *space) moves(m member, add adder) {
	if m.pending != none {
		to := m
		to.now, to.pending = m.pending, none
		c := x.Configs[to.now]
		to.mountB, to.mountC = m.mountB|1<<c.Bundle, m.mountC|1<<c.Chain
		if !x.mutant.forgetful {
			to.viewB, to.viewC = m.viewB|1<<c.Bundle, m.viewC|1<<c.Chain
		}
		add(to, "its change is merged: deliver %s, sign with %s", x.bundle(c.Bundle), x.chain(c.Chain))
		to = m
		to.pending = none
		add(to, "its change is lost in a crash, and never merged")
	}
	to := m
	to.unknown = !m.unknown
	add(to, map[bool]string{true: "it is cut off, and its state cannot be read", false: "it can be read again"}[to.unknown])
	if x.Stale && !m.unknown {
		to := m
		to.viewB, to.viewC = x.seen(m)
		add(to, "it is observed")
	}
}

// syncs: a pod that starts is no longer given what was there before.
func (x *space) syncs(m member, add adder) {
	now := x.Configs[m.now]
	for n := range uint8(4) {
		if m.mountB>>n&1 == 1 && n != now.Bundle {
			to := m
			to.mountB &^= 1 << n
			add(to, "pods that start are no longer given %s", x.bundle(n))
		}
		if m.mountC>>n&1 == 1 && n != now.Chain {
			to := m
			to.mountC &^= 1 << n
			add(to, "replicas that load an issuer no longer get %s", x.chain(n))
		}
	}
}

// restarts: a proxy restarts with a mounted bundle and a leaf of some replica, or renews
// its leaf. One whose bundle refuses the leaf does not start.
func (x *space) restarts(m member, add adder) {
	for i, p := range m.proxies[:x.Proxies] {
		for _, r := range m.replicas[:x.Replicas] {
			for b := range uint8(4) {
				if m.mountB>>b&1 == 1 && x.Model.Proxy[b]>>r.chain()&1 == 1 {
					add(m.proxy(i, pair(b, r.chain()), x.Proxies), "a pod restarts with %s and a leaf of %s", x.bundle(b), x.chain(r.chain()))
				}
			}
			if x.Model.Proxy[p.bundle()]>>r.chain()&1 == 1 {
				add(m.proxy(i, pair(p.bundle(), r.chain()), x.Proxies), "a pod that holds %s renews its leaf: %s", x.bundle(p.bundle()),
					x.chain(r.chain()))
			}
		}
	}
}

// reloads: a replica reloads its issuer, or crashes and starts again. One whose bundle
// refuses the issuer keeps the old one, or does not start.
func (x *space) reloads(m member, add adder) {
	for i, r := range m.replicas[:x.Replicas] {
		for c := range uint8(4) {
			if m.mountC>>c&1 == 0 {
				continue
			}
			if x.Model.Identity[r.bundle()]>>c&1 == 1 {
				add(m.replica(i, pair(r.bundle(), c), x.Replicas), "identity loads %s", x.chain(c))
			}
			for b := range uint8(4) {
				if m.mountB>>b&1 == 1 && x.Model.Identity[b]>>c&1 == 1 {
					add(m.replica(i, pair(b, c), x.Replicas), "identity crashes and starts with %s and %s", x.bundle(b), x.chain(c))
				}
			}
		}
	}
}

// proxy and replica replace an endpoint. Endpoints of a member are alike, so their order
// does not count.
func (m member) proxy(i int, e endpoint, n int) member {
	m.proxies[i] = e
	slices.Sort(m.proxies[:n])
	return m
}

func (m member) replica(i int, e endpoint, n int) member {
	m.replicas[i] = e
	slices.Sort(m.replicas[:n])
	return m
}

// live are the bundles held and the chains served, as bit sets.
func (x *space) live(m member) (bundles, chains uint8) {
	b, c := union(m.proxies[:x.Proxies])
	bundles, chains = union(m.replicas[:x.Replicas])
	return bundles | b, chains | c
}

func union(list []endpoint) (bundles, chains uint8) {
	for _, e := range list {
		bundles, chains = bundles|1<<e.bundle(), chains|1<<e.chain()
	}
	return bundles, chains
}

// seen is what an observation shows: all that is held, served, mounted and committed.
func (x *space) seen(m member) (bundles, chains uint8) {
	bundles, chains = x.live(m)
	if x.mutant.noReplicas {
		bundles, chains = union(m.proxies[:x.Proxies])
	}
	if !x.mutant.noLag {
		bundles, chains = bundles|m.mountB, chains|m.mountC
	}
	c := x.Configs[m.now]
	return bundles | 1<<c.Bundle, chains | 1<<c.Chain
}

// settled observes a member at once, unless observations may be old. An old observation
// and what was committed since show more than a fresh one, and rules that know of more
// open no more (TestMoreKnownNeverOpens), so a walk with fresh ones has every history.
func (x *space) settled(m member) member {
	switch {
	case x.Stale:
	case m.unknown:
		m.viewB, m.viewC = 0, 0
	default:
		m.viewB, m.viewC = x.seen(m)
	}
	return m
}

// beginning is a member that has the first config and nothing else.
func (x *space) beginning() member {
	c := x.Configs[0]
	m := member{pending: none, mountB: 1 << c.Bundle, mountC: 1 << c.Chain, linked: true}
	m.viewB, m.viewC = m.mountB, m.mountC
	for i := range x.Proxies {
		m.proxies[i] = pair(c.Bundle, c.Chain)
	}
	for i := range x.Replicas {
		m.replicas[i] = pair(c.Bundle, c.Chain)
	}
	return m
}

// arrived reports whether a member has the last config and nothing else.
func (x *space) arrived(m member) bool {
	last := uint8(len(x.Configs) - 1)
	bundles, chains := x.live(m)
	b, c := uint8(1)<<x.Configs[last].Bundle, uint8(1)<<x.Configs[last].Chain
	return m.now == last && m.linked && bundles|m.mountB == b && chains|m.mountC == c
}

func (x *space) bundle(n uint8) string { return x.Model.Bundles[n] }
func (x *space) chain(n uint8) string  { return x.Model.Chains[n] }

// fails finds a bundle that does not verify a chain by the rules of proxies and of
// identity both; cross-cluster connections are between proxies, and an identity replica
// verifies its own issuer.
func fails(m rotation.Model, bundles, chains uint8) (bundle, chain uint8, found bool) {
	for b := range m.Bundles {
		if bundles>>b&1 == 0 {
			continue
		}
		refused := chains &^ (m.Proxy[b] & m.Identity[b])
		for c := range m.Chains {
			if refused>>c&1 == 1 {
				return uint8(b), uint8(c), true
			}
		}
	}
	return 0, 0, false
}
