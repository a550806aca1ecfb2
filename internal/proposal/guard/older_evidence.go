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
// the ones that the change brings. cleared are older ones of the base that a start may take.
type sides struct{ before, after, brought, cleared []*rotation.Observation }

// observed has the clusters that observations are of.
type observed map[string]*sides

// put adds an observation of the base, or of the merge. One of the future opens no gate.
func (g *judgement) put(to observed, o *rotation.Observation, ofBase, brought bool) {
	if o == nil || instantOf(o).After(g.Instant.Add(maxAhead)) {
		return
	}
	if to[o.Cluster] == nil {
		to[o.Cluster] = &sides{}
	}
	n := to[o.Cluster]
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
		if n := all[o.Cluster]; n != nil && p.beside != "" && g.startsAt(p.beside) {
			n.cleared = append(n.cleared, o)
		}
	}
	for _, p := range g.places(g.after) {
		ownAside := g.q.Evidence.Observe != nil && p.beside == g.State && !g.counts(p.file) // no finding says so
		if !of(p) || ownAside {
			continue
		}
		given := p.beside == "" || p.beside == g.State || g.underWay(g.before, p.beside)
		g.put(all, g.witness(g.after, p), false, given && slices.Contains(g.differs, p.file))
	}
	g.failOlder(all, file)
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

func (g *judgement) failOlder(all observed, file string) {
	for _, cluster := range slices.Sorted(maps.Keys(all)) {
		n, what := all[cluster], ""
		before, after, brought := newest(n.before), newest(n.after), newest(n.brought)
		switch {
		case after.IsZero():
			what = "leaves none"
		case after.Before(before):
			what = fmt.Sprintf("leaves none that is newer than %s", after.Format(time.RFC3339))
		case !brought.IsZero() && brought.Before(before):
			what = fmt.Sprintf("brings one of %s", brought.Format(time.RFC3339))
		default:
			if o := n.lost(); o != nil {
				before, what = instantOf(o), "leaves no newer one that shows all that it does"
			}
		}
		if what != "" && !before.IsZero() {
			g.r.fail(problem.PRGuardEvidenceOlder.With(sink.Name(cluster), before.Format(time.RFC3339), what).In(sink.Name(file)))
		}
	}
}

// lost is an observation of the base of which nothing newer in the merge shows the same,
// and that the merge does not have; nil if there is none.
func (n *sides) lost() *rotation.Observation {
	for _, o := range n.before {
		if slices.Contains(n.cleared, o) {
			continue
		}
		rest := o
		for _, a := range n.after {
			if instantOf(a).After(instantOf(o)) || reflect.DeepEqual(a, o) {
				rest = rest.Beyond(a)
			}
		}
		if rest.Shows() {
			return o
		}
	}
	return nil
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
