package explore

import (
	"sync"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// trust answers the fleet's rules from the table of what verifies what: by the rules of
// proxies, which meet across clusters, or by those of identity too.
type trust struct {
	model rotation.Model
	own   bool
}

func (t *trust) Verifies(bundle, chain int) bool {
	verified := t.model.Proxy[bundle]
	if t.own {
		verified &= t.model.Identity[bundle]
	}
	return verified>>chain&1 == 1
}

func (t *trust) Contains(outer, inner int) bool { return t.model.Contains[outer]>>inner&1 == 1 }

// situation is what may be decided, by what is known of each member.
type situation struct {
	// changes are the targets of each member, none where it stays.
	changes [][3]uint8
	// toggles are the members that may be linked, or leave.
	toggles []int
}

// rules remember the decisions of internal/fleet.
type rules struct {
	space   *space
	classes []class
	lock    sync.Mutex
	known   map[uint64]*situation
}

// of returns what may be decided in a state. memo is the worker's own.
func (r *rules) of(s triple, memo map[uint64]*situation) *situation {
	var key uint64
	for _, n := range s {
		key <<= 16
		if n > 0 {
			key |= uint64(r.space.traits[n].class) + 1
		}
	}
	if known := memo[key]; known != nil {
		return known
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	known := r.known[key]
	if known == nil {
		known = r.decide(s)
		r.known[key] = known
	}
	memo[key] = known
	return known
}

// decide asks the fleet's rules for every change of one or several members that go to
// any config each, and for every link.
func (r *rules) decide(s triple) *situation {
	var at [3]*class
	r.space.lock.Lock()
	for i, n := range s {
		if n > 0 {
			at[i] = &r.classes[r.space.traits[n].class]
		}
	}
	r.space.lock.Unlock()
	found := new(situation)
	r.changes(at, [3]uint8{none, none, none}, 0, found)
	for i, c := range at {
		if c != nil && (c.linked || r.joins(at, i)) {
			found.toggles = append(found.toggles, i)
		}
	}
	return found
}

// changes adds every change that has the targets of the members before i.
func (r *rules) changes(at [3]*class, targets [3]uint8, i int, found *situation) {
	if i == len(at) {
		if targets != [3]uint8{none, none, none} {
			found.changes = append(found.changes, targets)
		}
		return
	}
	r.changes(at, targets, i+1, found)
	if at[i] == nil || at[i].unknown {
		return
	}
	for to := range r.space.Configs {
		if to != int(at[i].now) && r.allowed(at, targets, i, to) {
			with := targets
			with[i] = uint8(to)
			r.changes(at, with, i+1, found)
		}
	}
}

// allowed judges the step of member i, after those that the change has already taken:
// by its component, and by its own gate, which has identity's rules too.
func (r *rules) allowed(at [3]*class, taken [3]uint8, i, to int) bool {
	x := r.space
	if x.mutant.backFree && to < int(at[i].now) {
		return true
	}
	from, next := numbered(x.Configs[at[i].now]), numbered(x.Configs[to])
	c := r.component(at, i)
	for j, target := range taken {
		if target != none && at[j].linked && at[i].linked && !x.mutant.separately {
			c.Take(j, numbered(x.Configs[target]))
		}
	}
	own := fleet.NewComponent(&trust{model: x.Model, own: true})
	own.Add(i, r.view(at[i]))
	return len(c.Judge(i, from, next)) == 0 && len(own.Judge(i, from, next)) == 0
}

// component is the component of member i.
func (r *rules) component(at [3]*class, i int) *fleet.Component {
	c := fleet.Without(&trust{model: r.space.Model}, r.space.mutant.Bending)
	for j, m := range at {
		if m == nil || j != i && !(m.linked && at[i].linked) || r.space.mutant.absent && m.unknown {
			continue
		}
		c.Add(j, r.view(m))
	}
	return c
}

// joins reports whether member i may be linked with those that are linked.
func (r *rules) joins(at [3]*class, i int) bool {
	c := fleet.Without(&trust{model: r.space.Model}, r.space.mutant.Bending)
	for j, m := range at {
		if m != nil && m.linked && !(r.space.mutant.absent && m.unknown) {
			c.Add(j, r.view(m))
		}
	}
	if r.space.mutant.absent && at[i].unknown {
		return true
	}
	return len(c.Join(i, r.view(at[i]))) == 0
}

// view is what the fleet knows of a member.
func (r *rules) view(c *class) (v fleet.View) {
	if c.unknown {
		return fleet.View{UnknownBundles: []string{"unknown"}, UnknownChains: []string{"unknown"}}
	}
	for n := range 4 {
		if c.viewB>>n&1 == 1 {
			v.Bundles = append(v.Bundles, n)
		}
		if c.viewC>>n&1 == 1 {
			v.Chains = append(v.Chains, n)
		}
	}
	return v
}

func numbered(c rotation.Config) fleet.Config {
	return fleet.Config{Bundle: int(c.Bundle), Chain: int(c.Chain)}
}
