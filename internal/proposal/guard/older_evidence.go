package guard

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// sides are the observations of a cluster that the base has and the merge, and of those
// the ones that the change brings. cleared are older ones of the base that a start may
// take, kept those of the base in evidence/, beside those that both sides have elsewhere,
// known those of the base that the fleet file names.
type sides struct{ before, after, brought, cleared, kept, beside, known []*rotation.Observation }

// observed has the clusters that observations are of.
type observed map[string]*sides

func (to observed) of(cluster string) *sides {
	if to[cluster] == nil {
		to[cluster] = &sides{}
	}
	return to[cluster]
}

// put adds an observation of the base, or of the merge. One of the future opens no gate.
func (g *judgement) put(to observed, o *rotation.Observation, ofBase, brought bool) {
	if o == nil || instantOf(o).After(g.Instant.Add(maxAhead)) {
		return
	}
	n := to.of(o.Cluster)
	if ofBase {
		n.before = append(n.before, o)
		return
	}
	if brought {
		n.brought = append(n.brought, o)
	}
	n.after = append(n.after, o)
}

// instantOf is the instant of an observation that was parsed.
func instantOf(o *rotation.Observation) time.Time {
	at, _ := time.Parse(time.RFC3339, o.At)
	return at
}

// newest is the instant of the newest observation, zero if there is none.
func newest(all []*rotation.Observation) (at time.Time) {
	for _, o := range all {
		if i := instantOf(o); i.After(at) {
			at = i
		}
	}
	return at
}

// judgeOlder: a gate opens by the newest that is known. Whoever cannot forge a signature
// may still put back what a key signed before, or take away what came after it.
func (g *judgement) judgeOlder(of func(place) bool, file string) {
	all := observed{}
	for _, p := range g.places(g.before) {
		if leaves := p.member != "" && memberOf(g.fleets[g.after], p.member) == nil; leaves || !of(p) {
			continue
		}
		o := g.witness(g.before, p)
		if o == nil || p.beside != "" && g.starts(o.Cluster) {
			continue
		}
		g.put(all, o, true, false)
		if n := all[o.Cluster]; n != nil && p.beside != "" {
			if n.kept = append(n.kept, o); g.startsAt(p.beside) {
				n.cleared = append(n.cleared, o)
			}
		}
	}
	for _, p := range g.places(g.after) {
		ownAside := g.q.Evidence.Observe != nil && p.beside == g.State && !g.counts(p.file) // no finding says so
		if !of(p) || ownAside {
			continue
		}
		given := p.beside == "" || p.beside == g.State || g.underWay(g.before, p.beside)
		g.put(all, g.witness(g.after, p), false, given && (slices.Contains(g.differs, p.file) || !g.was(p)))
	}
	if on := g.fleetAbove(); on != nil {
		for i, c := range on.Clusters {
			if n := all[c.Name]; n != nil {
				n.beside = on.Evidence[i].Observations
			}
		}
	}
	g.noteTaken(all, "")
	g.failOlder(all, file, g.stands(nil))
}

// noteTaken notes what was kept and goes, also where it may.
func (g *judgement) noteTaken(all observed, by string) {
	for _, cluster := range slices.Sorted(maps.Keys(all)) {
		n := all[cluster]
		for _, o := range n.kept {
			if !slices.ContainsFunc(n.after, func(a *rotation.Observation) bool { return reflect.DeepEqual(a, o) }) {
				g.r.noteOnce(fmt.Sprintf("**the change%s takes away the observation of %s** of cluster %s", by, o.At, sink.Code(cluster)))
			}
		}
	}
}

// starts reports whether the change starts a rotation of a cluster: what was kept of it
// before shows nothing that the rotation asks for.
func (g *judgement) starts(cluster string) bool {
	if g.Now != nil && cluster == g.Now.Metadata.Name {
		return g.startsAt(g.State)
	}
	return slices.ContainsFunc(g.homes(cluster), g.startsAt)
}

func (g *judgement) startsAt(stateName string) bool {
	if g.Now != nil && (stateName == g.State || stateName == g.wasName) {
		return g.Now.Status.Rotation == nil && g.next.Status.Rotation != nil
	}
	return g.before.Has(stateName) && !g.underWay(g.before, stateName) && g.underWay(g.after, stateName)
}

// underWay reports whether a state of a side has a rotation under way.
func (g *judgement) underWay(t *repo.Tree, stateName string) bool {
	now := g.stateIn(t, stateName)
	return now != nil && now.Status.Rotation != nil
}

// stateIn is a state of a side, read once; nil where none can be read.
func (g *judgement) stateIn(t *repo.Tree, name string) *state.Rotation {
	key := sideFile{t, name}
	s, read := g.states[key]
	if !read {
		if e, err := t.Find(name); err == nil {
			if text, err := g.Repo.Read(e, statefile.MaxSize); err == nil {
				s, _ = state.ParseLegacy(name, text)
			}
		}
		g.states[key] = s
	}
	return s
}

// stands says which observations of this judgement may stand for which ([rotation.TakenAway]);
// more are keys for evidence beside those of the base.
type stands func(newer, older *rotation.Observation) bool

func (g *judgement) failOlder(all observed, file string, by stands) {
	for _, cluster := range slices.Sorted(maps.Keys(all)) {
		n, what := all[cluster], ""
		before, after := newest(n.before), newest(n.after)
		switch old := n.broughtBefore(before); {
		case after.IsZero():
			what = "leaves none"
		case after.Before(before):
			what = fmt.Sprintf("leaves none that is newer than %s", after.Format(time.RFC3339))
		case old != nil:
			what = fmt.Sprintf("brings one of %s", old.At)
		default:
			if o := g.taken(cluster, n, by).Lost(func(o *rotation.Observation) bool { return slices.Contains(n.cleared, o) }); o != nil {
				before, what = instantOf(o), "leaves no newer one that shows all that it does, or counts waits from before it"
			}
		}
		if what != "" && !before.IsZero() {
			g.failOlderOf(cluster, before, what, file)
		}
	}
}

// failOlderOf fails once for each cluster.
func (g *judgement) failOlderOf(cluster string, before time.Time, what, file string) {
	if !g.older[cluster] {
		g.older[cluster] = true
		g.r.fail(problem.PRGuardEvidenceOlder.With(sink.Name(cluster), before.Format(time.RFC3339), what).In(sink.Name(file)))
	}
}

// broughtBefore is an observation that the change brings, that the base has nowhere, and
// that is older than the newest of the base.
func (n *sides) broughtBefore(newest time.Time) *rotation.Observation {
	i := slices.IndexFunc(n.brought, func(b *rotation.Observation) bool {
		same := func(o *rotation.Observation) bool { return reflect.DeepEqual(o, b) }
		return instantOf(b).Before(newest) && !slices.ContainsFunc(slices.Concat(n.before, n.known), same)
	})
	if i < 0 {
		return nil
	}
	return n.brought[i]
}

func (g *judgement) taken(cluster string, n *sides, by stands) rotation.TakenAway {
	states := g.statesOf(g.after, cluster)
	if len(states) == 0 {
		states = g.statesOf(g.before, cluster)
	}
	return rotation.TakenAway{States: states, Before: n.before, After: n.after, Beside: n.beside, At: g.Instant, Stands: by}
}

// evidenceIn are the observations in evidence/ beside a state that a side has; name is
// the state's.
func evidenceIn(t *repo.Tree, name, stateName string) (names []string) {
	dir := path.Join(path.Dir(stateName), base.EvidenceFolder)
	for _, file := range t.Files() {
		if path.Dir(file) == dir && base.IsEvidenceName(name, path.Base(file)) {
			names = append(names, file)
		}
	}
	return names
}
