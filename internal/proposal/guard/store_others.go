package guard

import (
	"fmt"
	"maps"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// judgeStored: a key that comes with the change is not read from where another state has
// one of its keys: the cluster would get that one in its Secret.
func (g *judgement) judgeStored(is *state.Rotation) error {
	keys, ours := keyuse.Stored(is)
	var had []render.NamedKey
	if g.Now != nil {
		had, _ = keyuse.Stored(g.Now)
	}
	comes := slices.DeleteFunc(slices.Clone(keys), func(k render.NamedKey) bool {
		return slices.ContainsFunc(had, func(h render.NamedKey) bool { return h.Path == k.Path && keyuse.SameKey(h, k) })
	})
	if len(comes) == 0 {
		return nil
	}
	others, err := g.otherStates()
	if err != nil {
		return err
	}
	for _, other := range others {
		theirs, at := keyuse.Stored(other.now)
		if at != ours {
			continue
		}
		if other.before != nil {
			if before, _ := keyuse.Stored(other.before); keyuse.Apart(had, before) {
				continue
			}
		}
		for _, k := range comes {
			if o, taken := keyuse.Taken(k, is, theirs, other.now); taken {
				why := fmt.Sprintf("it is at %s of %s %s, where state %s has the key of %s at %s",
					sink.Name(k.Path), ours.Kind, sink.Name(ours.Name), sink.Name(other.name), sink.Markdown(o.Name), sink.Name(o.Path))
				g.r.failOnce(problem.PRGuardKeyFile.With(sink.Markdown(k.Name), why).In(g.State))
			}
		}
	}
	return nil
}

// otherState is one, as the merge has it, and as the base does, if it does.
type otherState struct {
	name        string
	now, before *state.Rotation
}

// otherStates are those of both trees, and those that the fleet file pins.
func (g *judgement) otherStates() (all []otherState, err error) {
	states := func(t *repo.Tree, names []string) (map[string]*state.Rotation, error) {
		found := map[string]*state.Rotation{}
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			return !statefile.MayBe(name) || name == g.State || name == g.wasName
		})
		err := g.texts(t, names, statefile.MaxSize, func(name string, text []byte) {
			if _, is := keyuse.Meshes(text); !is {
				return
			}
			if s, err := state.ParseLegacy(name, text); err == nil {
				found[name] = s
			}
		})
		return found, base.GitProblem(err)
	}
	now, err := states(g.after, g.after.Files())
	if err != nil {
		return nil, err
	}
	before, err := states(g.before, append(slices.Collect(maps.Keys(now)), g.differs...))
	if err != nil {
		return nil, err
	}
	gone := maps.Clone(before)
	maps.Copy(gone, now) // those that the change takes away stay
	for _, name := range slices.Sorted(maps.Keys(gone)) {
		all = append(all, otherState{name, gone[name], before[name]})
	}
	return append(all, g.pinnedStates()...), nil
}

// pinnedStates are those of members of other repositories: as the base pins them, as the
// change does, and as the default branch of their repository has them.
func (g *judgement) pinnedStates() (all []otherState) {
	name := g.fleetName()
	if name == "" {
		return g.fleetStates
	}
	for _, side := range []*fleet.File{g.fleetAt(g.before, name, "base"), g.fleetAt(g.after, name, "change")} {
		if side == nil {
			continue
		}
		for _, m := range side.Spec.Members {
			if m.Repository != "" {
				all = append(all, g.memberStates(m)...)
			}
		}
	}
	return all
}

// memberStates are those of a member of another repository: at its pin, and on the default
// branch there, which an unmerged commit does not change.
func (g *judgement) memberStates(m fleet.Member) (all []otherState) {
	at := []fleet.Member{m}
	if r, err := g.clones().Open(m.Repository); err == nil {
		if commit := r.KnownDefault("origin"); commit != "" && commit != m.Commit {
			at = append(at, m)
			at[1].Commit = commit
		}
	}
	for _, m := range at {
		c := fleet.Cluster{Member: m}
		if g.readPinned(&c); c.Now != nil {
			all = append(all, otherState{m.Repository + ":" + fleet.Clean(m.State), c.Now, c.Now})
		}
	}
	return all
}
