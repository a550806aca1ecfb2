package guard

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// keyList are the lines of a list of the base whose keys may sign evidence.
type keyList struct {
	keys  []byte
	known bool
}

// keysIn returns those of a list; none if it lists none for that. ok is false, with a
// finding, where the list exists and nobody can tell whom it lists: that must not switch
// the check off.
func (g *judgement) keysIn(name string) (keys []byte, ok bool) {
	l, read := g.keyLists[name]
	if !read {
		before := len(g.r.findings)
		list, there := g.fileOf(g.before, name, "base", statefile.MaxSize)
		l.keys = evidence.Signers(list)
		if line := evidence.NearMiss(list); there && line > 0 && len(l.keys) == 0 {
			why := fmt.Sprintf("base, line %d: the key is listed for evidence in a form that does not count; write namespaces=\"%s\"", line, evidence.Namespace)
			p := problem.PRGuardUnreadable.With(why, "no other line lists a key for evidence").In(sink.Name(name))
			g.r.fail(p.Hint("change the line in a pull request that brings no observation"))
		}
		l.known = len(g.r.findings) == before
		g.keyLists[name] = l
	}
	return l.keys, l.known
}

// ownKeys are the keys for evidence that the base lists beside this state, or beside the
// fleet file where that is judged alone.
func (g *judgement) ownKeys() (keys []byte, ok bool) { return g.keysIn(g.besideBase(g.Signers)) }

// keysFor are the keys for observations of a cluster: those that the base lists beside this
// state, and beside the cluster's.
func (g *judgement) keysFor(cluster string) (keys []byte, ok bool) {
	keys, ok = g.ownKeys()
	for _, home := range g.homes(cluster) {
		more, known := g.keysIn(path.Join(path.Dir(home), g.Signers))
		keys, ok = slices.Concat(keys, more), ok && known
	}
	m := memberOf(g.fleets[g.before], cluster)
	if m == nil {
		m = memberOf(g.fleets[g.after], cluster)
	}
	if m != nil {
		keys = slices.Concat(keys, evidence.Signers(g.signersAtPin(*m)))
	}
	return slices.Concat(keys, g.keysElsewhere(cluster)), ok
}

// fleetAbove is the fleet whose file is in another repository; nil where there is none.
func (g *judgement) fleetAbove() *checkout.Fleet {
	if g.q.Fleet == "" || g.fleetName() != "" || g.Now == nil {
		return nil
	}
	on, _, err := g.elsewhere()
	if err != nil {
		return nil // said by judgeInFleet
	}
	return on
}

// keysElsewhere are those of a member of a fleet whose file is in another repository: at
// its pin, or beside its state there. File and pins are the operator's.
func (g *judgement) keysElsewhere(cluster string) []byte {
	on := g.fleetAbove()
	if on == nil {
		return nil
	}
	m := memberOf(on.File, cluster)
	switch {
	case m == nil:
		return nil
	case m.Repository != "":
		return evidence.Signers(g.signersAtPin(*m))
	}
	list, _ := files.Read(filepath.Join(filepath.Dir(g.q.Fleet), filepath.FromSlash(path.Dir(m.State)), g.Signers), statefile.MaxSize)
	return evidence.Signers(list)
}

// homes are the paths of the states of a cluster that links and fleet files lead to; of a
// member in another repository that of the fleet file.
func (g *judgement) homes(cluster string) (names []string) {
	add := func(s *state.Rotation, from string) {
		if s == nil {
			return
		}
		for _, l := range s.Spec.Links {
			if l.Name == cluster && l.State != "" {
				names = append(names, path.Join(path.Dir(from), l.State))
			}
		}
	}
	add(g.Now, g.wasName)
	add(g.next, g.State)
	for _, t := range []*repo.Tree{g.before, g.after} {
		for _, m := range g.membersOf(t) {
			switch {
			case m.Name != cluster:
			case m.Repository != "":
				names = append(names, g.fleetName())
			default:
				names = append(names, path.Join(path.Dir(g.fleetName()), m.State))
			}
		}
	}
	return names
}

// judgeSigners: who vouches for evidence and branches changes by a review of its own.
// name is the list of the change.
func (g *judgement) judgeSigners(name string) {
	if g.before.At(g.besideBase(g.Signers)) != g.after.At(name) {
		g.r.owned = append(g.r.owned, name)
		g.r.fail(problem.PRGuardSigners.With().In(sink.Name(name)))
	}
}
