package fleet

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// textbook: bundles {A}, {A, B}, {B} against chains a, b, b with its cross certificate.
type textbook struct{}

const (
	onlyA, both, onlyB = 0, 1, 2
	byA, byB, crossed  = 0, 1, 2
)

func (textbook) Verifies(bundle, chain int) bool {
	return [3][3]bool{{true, false, true}, {true, true, true}, {false, true, true}}[bundle][chain]
}

func (textbook) Contains(outer, inner int) bool { return outer == inner || outer == both }

var (
	atA, atB = Config{onlyA, byA}, Config{onlyB, byB}
	// configs of both strategies, and every other one that verifies itself.
	configs = []Config{atA, {both, byA}, {both, byB}, atB, {onlyA, crossed}, {onlyB, crossed}, {both, crossed}}
)

// endpoint is a proxy (bundle held, chain served) or an identity replica (bundle and
// issuer loaded).
type endpoint struct{ bundle, chain int }

// site is one member as it is, and what the fleet knows of it.
type site struct {
	now               Config // committed
	applied           Config // what the cluster was given last
	mountB, mountC    []int  // what a pod that starts may be given
	proxies, replicas []endpoint
	cut               bool // unreachable: nothing is applied and nothing is observed
	unread            bool // its state cannot be read
	// seen is the last observation; since are the configs committed from then on,
	// the one in force at that time included.
	seen  *View
	since []Config
}

func newSite(at Config, proxies, replicas int) *site {
	s := &site{now: at, applied: at, mountB: []int{at.Bundle}, mountC: []int{at.Chain}, since: []Config{at}}
	for range proxies {
		s.proxies = append(s.proxies, endpoint{at.Bundle, at.Chain})
	}
	for range replicas {
		s.replicas = append(s.replicas, endpoint{at.Bundle, at.Chain})
	}
	return s
}

// view is what the fleet knows. An unreachable member is known by what was seen of it
// before and by all that was committed since; nothing of that is taken as gone.
func (s *site) view() View {
	if s.unread {
		return View{UnknownBundles: []string{"unread"}, UnknownChains: []string{"unread"}}
	}
	var v View
	if s.seen != nil {
		v = View{Bundles: slices.Clone(s.seen.Bundles), Chains: slices.Clone(s.seen.Chains)}
	}
	for _, c := range s.since {
		v.Bundles, v.Chains = once(v.Bundles, c.Bundle), once(v.Chains, c.Chain)
	}
	return v
}

func once(list []int, n int) []int {
	if slices.Contains(list, n) {
		return list
	}
	return append(list, n)
}

// observe sees everything that runs and everything that may be mounted.
func (s *site) observe() {
	v := &View{Bundles: slices.Clone(s.mountB), Chains: slices.Clone(s.mountC)}
	for _, e := range slices.Concat(s.proxies, s.replicas) {
		v.Bundles, v.Chains = once(v.Bundles, e.bundle), once(v.Chains, e.chain)
	}
	s.seen, s.since = v, []Config{s.now}
}

// act plays one event in a cluster.
func (s *site) act(draw func(int) int) {
	t := textbook{}
	switch draw(8) {
	case 0: // GitOps applies what is committed
		if !s.cut {
			s.applied = s.now
			s.mountB, s.mountC = once(s.mountB, s.now.Bundle), once(s.mountC, s.now.Chain)
		}
	case 1: // kubelet syncs
		s.mountB = []int{s.applied.Bundle}
	case 2:
		s.mountC = []int{s.applied.Chain}
	case 3, 4: // a proxy restarts and gets a leaf; one whose bundle refuses it does not start
		b, r := s.mountB[draw(len(s.mountB))], s.replicas[draw(len(s.replicas))]
		if t.Verifies(b, r.chain) {
			s.proxies[draw(len(s.proxies))] = endpoint{b, r.chain}
		}
	case 5: // a proxy renews its leaf; one that never does keeps it
		p, r := &s.proxies[draw(len(s.proxies))], s.replicas[draw(len(s.replicas))]
		if t.Verifies(p.bundle, r.chain) {
			p.chain = r.chain
		}
	case 6: // a replica reloads; one that never does has missed it
		r, chain := &s.replicas[draw(len(s.replicas))], s.mountC[draw(len(s.mountC))]
		if t.Verifies(r.bundle, chain) {
			r.chain = chain
		}
	case 7: // a replica crashes and starts again
		r := endpoint{s.mountB[draw(len(s.mountB))], s.mountC[draw(len(s.mountC))]}
		if t.Verifies(r.bundle, r.chain) {
			s.replicas[draw(len(s.replicas))] = r
		}
	}
}

// play is one random history of two to eight clusters.
type play struct {
	sites []*site
	links map[Edge]bool
	draw  func(int) int
	bent  Bending
	// absent takes an unreachable member for one that is not there.
	absent bool
	log    []string
	// counts of what happened
	steps, joins, refused int
}

func newPlay(seed uint64, bent Bending, absent bool) *play {
	r := rand.New(rand.NewPCG(seed, 17))
	p := &play{links: map[Edge]bool{}, draw: r.IntN, bent: bent, absent: absent}
	for i := range 2 + p.draw(7) {
		at := atA
		if i > 0 && p.draw(5) > 0 {
			with := p.draw(i)
			at, p.links[Edge{with, i}] = p.sites[with].now, true
		} else if p.draw(2) == 0 && i > 0 { // it joins later, from wherever it is
			at = configs[p.draw(len(configs))]
		}
		p.sites = append(p.sites, newSite(at, 1+p.draw(3), 1+p.draw(2)))
	}
	return p
}

func (p *play) components() [][]int {
	var edges []Edge
	for e := range p.links {
		edges = append(edges, e)
	}
	return Components(len(p.sites), edges)
}

func (p *play) of(member int) []int {
	for _, c := range p.components() {
		if slices.Contains(c, member) {
			return c
		}
	}
	return nil
}

func (p *play) component(members []int) *Component {
	c := Without(textbook{}, p.bent)
	for _, i := range members {
		if p.absent && (p.sites[i].cut || p.sites[i].unread) {
			continue
		}
		c.Add(i, p.sites[i].view())
	}
	return c
}

func (p *play) say(format string, args ...any) { p.log = append(p.log, fmt.Sprintf(format, args...)) }

// commit tries one to three steps of one component at once, in every way that a
// person may: forward, back, a jump.
func (p *play) commit() {
	members := p.of(p.draw(len(p.sites)))
	c := p.component(members)
	for range 1 + p.draw(3) {
		i := members[p.draw(len(members))]
		to := configs[p.draw(len(configs))]
		s := p.sites[i]
		if s.unread || to == s.now || len(c.Judge(i, s.now, to)) > 0 {
			continue
		}
		c.Take(i, to)
		s.now, s.since = to, append(s.since, to)
		p.steps++
		p.say("%d commits %v", i, to)
	}
}

// link joins two components, or takes a link away.
func (p *play) link() {
	i, j := p.draw(len(p.sites)), p.draw(len(p.sites))
	e, ok := edge(i, j)
	if !ok {
		return
	}
	if p.links[e] {
		if p.draw(3) == 0 {
			delete(p.links, e)
			p.say("%d and %d are no longer linked", i, j)
		}
		return
	}
	mine := p.of(i)
	if slices.Contains(mine, j) {
		p.links[e] = true
		return
	}
	joined := p.component(p.of(j))
	for _, m := range mine {
		if p.absent && (p.sites[m].cut || p.sites[m].unread) {
			continue
		}
		if len(joined.Join(m, p.sites[m].view())) > 0 {
			p.refused++
			return
		}
	}
	p.links[e] = true
	p.joins++
	p.say("%d and %d are linked", i, j)
}

// broken finds a pair of one component that fails.
func (p *play) broken() error {
	for _, members := range p.components() {
		for _, i := range members {
			for _, j := range members {
				for _, holder := range p.sites[i].proxies {
					for _, peer := range p.sites[j].proxies {
						if !(textbook{}).Verifies(holder.bundle, peer.chain) {
							return fmt.Errorf("bundle %d of member %d meets chain %d of member %d, after %v", holder.bundle, i, peer.chain, j, p.log)
						}
					}
				}
			}
		}
	}
	return nil
}

// run plays events until a pair fails.
func (p *play) run(events int) error {
	for range events {
		s := p.sites[p.draw(len(p.sites))]
		switch p.draw(16) {
		case 0, 1, 2:
			p.commit()
		case 3, 4, 5:
			if !s.cut && !s.unread {
				s.observe()
			}
		case 6:
			s.cut = !s.cut && p.draw(3) == 0
		case 7:
			p.link()
		case 8:
			s.unread = !s.unread && p.draw(6) == 0
		case 9: // a rollout that a person begins: every proxy restarts
			for range 3 {
				s.act(p.draw)
			}
			for i := range s.proxies {
				if r := s.replicas[p.draw(len(s.replicas))]; (textbook{}).Verifies(s.applied.Bundle, r.chain) {
					s.mountB = []int{s.applied.Bundle}
					s.proxies[i] = endpoint{s.applied.Bundle, r.chain}
				}
			}
		default:
			s.act(p.draw)
		}
		if err := p.broken(); err != nil {
			return err
		}
	}
	return nil
}
