package guard

import (
	"path"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// besideBase is the name, in the repository, of a path that the base's state names.
func (g *judgement) besideBase(name string) string { return path.Join(path.Dir(g.wasName), name) }

// judgeMoved: where the state moved to another directory, the paths in it, and those
// beside it, lead to the same files as before. A move of the state says nothing of them.
func (g *judgement) judgeMoved(next *state.Rotation) {
	if g.Now == nil || path.Dir(g.wasName) == path.Dir(g.State) {
		return
	}
	if before, name := g.rulesAt(g.before, g.wasName, g.Now); before != nil {
		if after, now := g.rulesAt(g.after, g.State, next); after == nil || *after != *before {
			g.r.fail(problem.PRGuardRecipients.With("the state moved: " + sink.Name(now) + " in the place of " + sink.Name(name)).In(g.State))
		}
	}
}

// sameBeside reports whether a file beside the state, or below, came with it.
func (g *judgement) sameBeside(name string) bool {
	rest, below := relativeTo(path.Dir(g.State), name)
	return below && g.before.At(g.besideBase(rest)) == g.after.At(name)
}

// rulesAt is the file that says to whom new keys are encrypted for a state at a path,
// and its name; nil where the state itself says it, or nothing does.
func (g *judgement) rulesAt(t *repo.Tree, stateName string, s *state.Rotation) (*repo.Entry, string) {
	names := sopsRulesAbove(stateName, s)
	if s.Spec.Custody.Certificate != "" {
		names = append(names, path.Join(path.Dir(stateName), s.Spec.Custody.Certificate))
	}
	for _, name := range names {
		if t.Has(name) {
			e := t.At(name)
			return &e, name
		}
	}
	return nil, "no file"
}
