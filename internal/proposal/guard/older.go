package guard

import (
	"fmt"
	"maps"
	"path"
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

// newest are the instants of the newest observations of a cluster: on the base, in the
// merge, and among those that the change brings.
type newest struct{ before, after, brought time.Time }

// observed has the clusters that observations are of.
type observed map[string]*newest

// add reads observations of a side; only, if it is not empty, is the cluster that counts.
// What cannot be read opens no gate, and what is of the future neither.
func (g *judgement) add(to observed, t *repo.Tree, names []string, only string) {
	for _, name := range names {
		side := "base"
		if t == g.after {
			side = "change"
		}
		text, ok := g.fileOf(t, name, side, base.MaxObservation)
		if !ok {
			continue
		}
		o, err := rotation.ParseObservation(name, text)
		if err != nil || only != "" && o.Cluster != only {
			continue
		}
		at, err := time.Parse(time.RFC3339, o.At)
		if err != nil || at.After(g.Instant.Add(maxAhead)) {
			continue
		}
		if to[o.Cluster] == nil {
			to[o.Cluster] = &newest{}
		}
		n := to[o.Cluster]
		if t == g.before {
			n.before = later(n.before, at)
			continue
		}
		n.after = later(n.after, at)
		if slices.Contains(g.differs, name) {
			n.brought = later(n.brought, at)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
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

// removed are the observations of the rotation before that a start takes away: it is
// judged by them, too.
func (g *judgement) removed() (earlier []*rotation.Observation) {
	if g.Now.Status.Rotation != nil {
		return nil
	}
	for _, name := range evidenceIn(g.before, g.Now.Metadata.Name, g.wasName) {
		if g.after.Has(path.Join(path.Dir(g.State), base.EvidenceFolder, path.Base(name))) {
			continue
		}
		text, ok := g.fileOf(g.before, name, "base", base.MaxObservation)
		if !ok {
			continue
		}
		o, err := rotation.ParseObservation(name, text)
		linked := func(l state.Link) bool { return l.Name == o.Cluster }
		if err == nil && (o.Cluster == g.Now.Metadata.Name || slices.ContainsFunc(g.Now.Spec.Links, linked)) {
			earlier = append(earlier, o)
		}
	}
	return earlier
}

// judgeOlderOfMembers is judgeOlder of the other members of a fleet.
func (g *judgement) judgeOlderOfMembers(was, is *fleet.File, fleetName string) {
	all := observed{}
	for _, m := range was.Spec.Members {
		i := slices.IndexFunc(is.Spec.Members, func(o fleet.Member) bool { return o.Name == m.Name })
		if i < 0 || path.Join(path.Dir(fleetName), m.State) == g.State {
			continue // it leaves, or is judged by itself
		}
		g.add(all, g.before, g.shownOf(g.before, m, fleetName), m.Name)
		g.add(all, g.after, g.shownOf(g.after, is.Spec.Members[i], fleetName), m.Name)
	}
	g.failOlder(all, fleetName)
}

// shownOf are the observations of a member on a side: at the place that the fleet file
// names, and beside its state while a rotation is under way.
func (g *judgement) shownOf(t *repo.Tree, m fleet.Member, fleetName string) (names []string) {
	names = named(m, fleetName)
	stateName := path.Join(path.Dir(fleetName), m.State)
	if m.Repository != "" {
		return names
	}
	e, err := g.before.Find(stateName)
	if err != nil {
		return names
	}
	text, err := g.Repo.Read(e, statefile.MaxSize)
	if err != nil {
		return names
	}
	if now, err := state.ParseLegacy(stateName, text); err == nil && now.Status.Rotation != nil {
		names = append(names, evidenceIn(t, m.Name, stateName)...)
	}
	return names
}

func (g *judgement) failOlder(all observed, file string) {
	for _, cluster := range slices.Sorted(maps.Keys(all)) {
		n, what := all[cluster], ""
		switch {
		case n.after.IsZero():
			what = "leaves none"
		case n.after.Before(n.before):
			what = fmt.Sprintf("leaves none that is newer than %s", n.after.Format(time.RFC3339))
		case !n.brought.IsZero() && n.brought.Before(n.before):
			what = fmt.Sprintf("brings one of %s", n.brought.Format(time.RFC3339))
		}
		if what != "" && !n.before.IsZero() {
			g.r.fail(problem.PRGuardEvidenceOlder.With(sink.Name(cluster), n.before.Format(time.RFC3339), what).In(sink.Name(file)))
		}
	}
}

// evidenceIn are the observations in evidence/ beside a state that a side has; name is
// the state's.
func evidenceIn(t *repo.Tree, name, stateName string) (names []string) {
	dir := path.Join(path.Dir(stateName), base.EvidenceFolder)
	for _, file := range t.Files() {
		if path.Dir(file) == dir && base.IsEvidenceName(&state.Rotation{Metadata: state.Metadata{Name: name}}, path.Base(file)) {
			names = append(names, file)
		}
	}
	return names
}
