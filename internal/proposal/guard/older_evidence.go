package guard

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// sides are the observations of a cluster that the base has and the merge, and of those
// the ones that the change brings.
type sides struct{ before, after, brought []*rotation.Observation }

// observed has the clusters that observations are of.
type observed map[string]*sides

// add reads observations of a side; only, if it is not empty, is the cluster that counts.
// What cannot be read opens no gate, and what is of the future neither.
func (g *judgement) add(to observed, t *repo.Tree, names []string, only string) {
	for _, name := range names {
		if o := g.observation(t, name); o != nil && (only == "" || o.Cluster == only) {
			g.put(to, o, t == g.before, t == g.after && slices.Contains(g.differs, name))
		}
	}
}

// put adds an observation of the base, or of the merge.
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

// observation reads one of a side; nil where there is none that can be read.
func (g *judgement) observation(t *repo.Tree, name string) *rotation.Observation {
	side := "base"
	if t == g.after {
		side = "change"
	}
	text, ok := g.fileOf(t, name, side, base.MaxObservation)
	if !ok {
		return nil
	}
	o, err := rotation.ParseObservation(name, text)
	if err != nil {
		return nil
	}
	return o
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
func (g *judgement) judgeOlder(next *state.Rotation) {
	all := observed{}
	if g.Now.Status.Rotation != nil || next.Status.Rotation == nil { // else a start removes them: [judgement.removed]
		g.add(all, g.before, evidenceIn(g.before, g.Now.Metadata.Name, g.wasName), "")
	}
	g.add(all, g.after, evidenceIn(g.after, g.Now.Metadata.Name, g.State), "")
	for _, l := range g.Now.Spec.Links {
		if l.Observation == "" {
			continue
		}
		g.add(all, g.before, []string{g.besideBase(l.Observation)}, l.Name)
	}
	for _, l := range next.Spec.Links {
		if l.Observation != "" {
			g.add(all, g.after, []string{g.Beside(l.Observation)}, l.Name)
		}
	}
	g.failOlder(all, g.State)
}

// removed are the observations beside the state, and beside those of linked clusters, that
// the base has and the merge has not, or not as they were: the change is judged by them, too.
func (g *judgement) removed() (earlier []*rotation.Observation) {
	gone := func(name, now string) {
		if g.before.At(name) == g.after.At(now) {
			return
		}
		if o := g.observation(g.before, name); o != nil && g.Now.Knows(o.Cluster) {
			earlier = append(earlier, o)
		}
	}
	for _, name := range evidenceIn(g.before, g.Now.Metadata.Name, g.wasName) {
		gone(name, path.Join(path.Dir(g.State), base.EvidenceFolder, path.Base(name)))
	}
	for _, l := range g.Now.Spec.Links {
		if l.State != "" {
			for _, name := range evidenceIn(g.before, l.Name, g.besideBase(l.State)) {
				gone(name, name)
			}
		}
	}
	return earlier
}

// judgeOlderOfMembers is judgeOlder of the members of a fleet; of this one, of what the
// fleet file names alone.
func (g *judgement) judgeOlderOfMembers(was, is *fleet.File, fleetName string) {
	all := observed{}
	for _, m := range was.Spec.Members {
		i := slices.IndexFunc(is.Spec.Members, func(o fleet.Member) bool { return o.Name == m.Name })
		if i < 0 {
			continue // it leaves
		}
		g.add(all, g.before, g.shownOf(g.before, m, fleetName), m.Name)
		g.add(all, g.after, g.shownOf(g.after, is.Spec.Members[i], fleetName), m.Name)
		g.judgeOlderKept(m, is.Spec.Members[i], fleetName)
	}
	g.failOlder(all, fleetName)
}

// shownOf are the observations of a member on a side: at the place that the fleet file
// names, and beside its state while a rotation is under way.
func (g *judgement) shownOf(t *repo.Tree, m fleet.Member, fleetName string) (names []string) {
	names = named(m, fleetName)
	stateName := path.Join(path.Dir(fleetName), m.State)
	if m.Repository != "" || stateName == g.State || !g.underWay(g.before, stateName) {
		return names
	}
	return append(names, evidenceIn(t, m.Name, stateName)...)
}

// underWay reports whether a state of a side has a rotation under way.
func (g *judgement) underWay(t *repo.Tree, stateName string) bool {
	e, err := t.Find(stateName)
	if err != nil {
		return false
	}
	text, err := g.Repo.Read(e, statefile.MaxSize)
	if err != nil {
		return false
	}
	now, err := state.ParseLegacy(stateName, text)
	return err == nil && now.Status.Rotation != nil
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
