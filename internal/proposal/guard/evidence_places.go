package guard

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// place is a file from which gates of this state, or barriers of its fleet, read an
// observation. Author and age of all of them are judged, and waits are counted from them.
type place struct {
	file string
	// cluster is the one that a link or the fleet file names it for; "" in evidence/, where
	// each counts that is known.
	cluster string
	// beside is the state in whose evidence/ it is; "" where it is named.
	beside string
	// member is the member of the fleet that it is read for; "" is this state.
	member string
}

func (p place) same(o place) bool { return p.file == o.file && p.cluster == o.cluster }

// places are those of a side: what this state's links and the fleet file name, and what is
// kept beside this state, beside those that it links to or that link to it, and beside
// those of members.
func (g *judgement) places(t *repo.Tree) []place {
	if all, read := g.placesRead[t]; read {
		return all
	}
	var all []place
	add := func(p place) {
		if !slices.ContainsFunc(all, p.same) {
			all = append(all, p)
		}
	}
	keep := func(name, stateName, member string) {
		for _, file := range evidenceIn(t, name, stateName) {
			add(place{file: file, beside: stateName, member: member})
		}
	}
	s, from := g.Now, g.wasName
	if t == g.after {
		s, from = g.next, g.State
	}
	if s != nil {
		keep(s.Metadata.Name, from, "")
		for _, l := range s.Spec.Links {
			if l.State != "" {
				keep(l.Name, path.Join(path.Dir(from), l.State), "")
			} else {
				add(place{file: path.Join(path.Dir(from), l.Observation), cluster: l.Name})
			}
		}
		back := g.linkedBack(t, from)
		for _, file := range slices.Sorted(maps.Keys(back)) {
			keep(back[file], file, "")
		}
	}
	for _, m := range g.membersOf(t) {
		for _, file := range named(m, g.fleetName()) {
			add(place{file: file, cluster: m.Name, member: m.Name})
		}
		if m.Repository == "" {
			keep(m.Name, path.Join(path.Dir(g.fleetName()), m.State), m.Name)
		}
	}
	g.placesRead[t] = all
	return all
}

// membersOf are the members of the fleet as a side of this repository has it.
func (g *judgement) membersOf(t *repo.Tree) []fleet.Member {
	if name := g.fleetName(); name != "" {
		if f := g.fleetAt(t, name, g.sideOf(t)); f != nil {
			return f.Spec.Members
		}
	}
	return nil
}

func (g *judgement) hasMember(t *repo.Tree, cluster string) bool {
	return slices.ContainsFunc(g.membersOf(t), func(m fleet.Member) bool { return m.Name == cluster })
}

func (g *judgement) sideOf(t *repo.Tree) string {
	if t == g.after {
		return "change"
	}
	return "base"
}

// linkedBack are the names of the states of a side, by their files, that keep observations
// and link to the state at a path.
func (g *judgement) linkedBack(t *repo.Tree, stateName string) map[string]string {
	keeps := map[string]bool{}
	for _, file := range t.Files() {
		if dir := path.Dir(file); path.Base(dir) == base.EvidenceFolder {
			keeps[path.Dir(dir)] = true
		}
	}
	candidates := slices.DeleteFunc(slices.Clone(t.Files()), func(file string) bool {
		return !keeps[path.Dir(file)] || file == stateName
	})
	found := map[string]string{}
	_ = g.texts(t, candidates, statefile.MaxSize, func(file string, text []byte) {
		s, err := state.ParseLegacy(file, text)
		if err == nil && slices.ContainsFunc(s.Spec.Links, func(l state.Link) bool {
			return l.State != "" && path.Join(path.Dir(file), l.State) == stateName
		}) {
			found[file] = s.Metadata.Name
		}
	})
	return found
}

// witness is the observation at a place of a side; nil where none can be read, or one of a
// cluster that it does not speak for.
func (g *judgement) witness(t *repo.Tree, p place) *rotation.Observation {
	o := g.observation(t, p.file)
	if o == nil || p.cluster != "" && o.Cluster != p.cluster || p.cluster == "" && !g.knows(o.Cluster) || g.isForeign(t, o) {
		return nil
	}
	return o
}

// isForeign reports whether an observation is of another control plane than the state of
// its cluster says, as far as a side has that.
func (g *judgement) isForeign(t *repo.Tree, o *rotation.Observation) bool {
	if o.Mesh.Namespace == "" && o.Mesh.TrustDomain == "" {
		return false
	}
	return slices.ContainsFunc(g.statesOf(t, o.Cluster), func(s *state.Rotation) bool { return !o.IsOf(s) })
}

// statesOf are the states of a cluster, as far as a side has them or a fleet file pins them.
func (g *judgement) statesOf(t *repo.Tree, cluster string) (all []*state.Rotation) {
	add := func(s *state.Rotation) {
		if s != nil && s.Metadata.Name == cluster {
			all = append(all, s)
		}
	}
	own := g.Now
	if t == g.after {
		own = g.next
	}
	if add(own); len(all) > 0 {
		return all
	}
	for _, home := range g.homes(cluster) {
		add(g.stateIn(t, home))
	}
	if m := memberOf(g.fleets[t], cluster); m != nil && m.Repository != "" {
		add(g.at(*m).now)
	}
	if on := g.fleetAbove(); on != nil {
		for _, c := range on.Clusters {
			add(c.Now)
		}
	}
	return all
}

// judges reports whether gates of this state are judged by observations of a cluster.
func (g *judgement) judges(cluster string) bool {
	return g.Now != nil && g.Now.Knows(cluster) || g.next != nil && g.next.Knows(cluster)
}

// knows is judges of this state, and of the members of its fleet.
func (g *judgement) knows(cluster string) bool {
	return g.judges(cluster) || g.hasMember(g.before, cluster) || g.hasMember(g.after, cluster)
}

// brought are the places whose file the change brings or changes, and those that only a
// link, a fleet file or a state of it makes evidence.
func (g *judgement) brought() (list []place) {
	for _, p := range g.places(g.after) {
		if g.after.Has(p.file) && (slices.Contains(g.differs, p.file) || !g.was(p)) {
			list = append(list, p)
		}
	}
	return list
}

// was reports whether the base reads a place, too. Of a cluster that only the change makes
// known nobody has judged what is kept.
func (g *judgement) was(p place) bool {
	if !slices.ContainsFunc(g.places(g.before), p.same) {
		return false
	}
	o := g.observation(g.before, p.file)
	return p.cluster != "" || o == nil || !g.knows(o.Cluster) || g.knew(o.Cluster)
}

// knew is knows of the base alone.
func (g *judgement) knew(cluster string) bool {
	return g.Now != nil && g.Now.Knows(cluster) || g.hasMember(g.before, cluster)
}

// kept are the observations beside those that are given with a move: until something newer
// is known they count, also in the change that takes them away.
func (g *judgement) kept(given []*rotation.Observation) (earlier []*rotation.Observation) {
	add := func(o, as *rotation.Observation) {
		same := func(k *rotation.Observation) bool { return reflect.DeepEqual(k, o) }
		if o != nil && g.judges(o.Cluster) && !slices.ContainsFunc(given, same) && !slices.ContainsFunc(earlier, same) {
			earlier = append(earlier, as)
		}
	}
	for _, p := range slices.Concat(g.places(g.before), g.places(g.after)) {
		o := g.witness(g.before, p)
		as := o
		if o != nil && p.beside != "" {
			if as = g.unsignedKept(o); as != o && g.judges(o.Cluster) {
				g.r.noteOnce(fmt.Sprintf("no listed key signed the observation of %s of cluster %s that the base keeps: no wait is counted from it",
					o.At, sink.Code(o.Cluster)))
			}
		}
		add(o, as)
	}
	for _, p := range g.brought() {
		if p.member != "" || p.beside != g.State && p.beside != "" { // else given, if it counts
			if o := g.witness(g.after, p); o != nil && g.counts(p.file) {
				add(o, o)
			}
		}
	}
	for _, o := range g.keptElsewhere() {
		as := o
		if g.written[o] != nil { // else the operator's
			as = g.unsignedKept(o)
		}
		add(o, as)
	}
	return earlier
}

// keptElsewhere are the observations of a fleet that are in other repositories.
func (g *judgement) keptElsewhere() (all []*rotation.Observation) {
	if g.q.Fleet != "" && g.fleetName() == "" {
		on, member, err := g.elsewhere()
		if err != nil || member < 0 {
			return nil // said by judgeInFleet
		}
		for _, e := range on.Evidence {
			all = slices.Concat(all, e.Observations, e.Earlier)
		}
		return all
	}
	for _, m := range slices.Concat(g.membersOf(g.before), g.membersOf(g.after)) {
		if m.Repository != "" {
			all = append(all, g.keptOf(m)...)
		}
	}
	return all
}
