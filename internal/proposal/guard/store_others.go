package guard

import (
	"fmt"
	"maps"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// store is where a custody reads keys: a SecretStore or ClusterSecretStore, and the
// property of each of its secrets.
type store struct{ kind, name, property string }

// storedKeys are the keys that a state names in a store, by their whole names there, and
// the store; none where its custody is another one.
func storedKeys(s *state.Rotation) (keys []render.NamedKey, at store) {
	c := s.WithDefaults().Spec.Custody
	if c.Kind != state.CustodyExternalSecret {
		return nil, at
	}
	for _, k := range append(heldKeys(s), retiredKeys(s)...) {
		if k.Path != "" {
			k.Path = c.RemotePrefix + k.Path
			keys = append(keys, k)
		}
	}
	return keys, store{c.StoreKind, c.Store, c.RemoteProperty}
}

// judgeStored: a key that comes with the change is not read from where another state has
// one of its keys: the cluster would get that one in its Secret.
func (g *judgement) judgeStored(is *state.Rotation) error {
	keys, ours := storedKeys(is)
	var had []render.NamedKey
	if g.Now != nil {
		had, _ = storedKeys(g.Now)
	}
	comes := slices.DeleteFunc(slices.Clone(keys), func(k render.NamedKey) bool {
		return slices.ContainsFunc(had, func(h render.NamedKey) bool { return h.Path == k.Path && sameKey(h, k) })
	})
	if len(comes) == 0 {
		return nil
	}
	others, err := g.otherStates()
	if err != nil {
		return err
	}
	for _, other := range others {
		theirs, at := storedKeys(other.now)
		if at != ours || other.before != nil && apart(had, other.before) {
			continue
		}
		for _, k := range comes {
			i := slices.IndexFunc(theirs, func(o render.NamedKey) bool {
				return !sameKey(o, k) && sameInStore(o.Path, k.Path) && !prefixed(is, k.Path, o.Path) && !prefixed(other.now, o.Path, k.Path)
			})
			if i >= 0 {
				why := fmt.Sprintf("it is at %s of %s %s, where state %s has the key of %s at %s",
					sink.Name(k.Path), ours.kind, sink.Name(ours.name), sink.Name(other.name), sink.Markdown(theirs[i].Name), sink.Name(theirs[i].Path))
				g.r.failOnce(problem.PRGuardKeyFile.With(sink.Markdown(k.Name), why).In(g.State))
			}
		}
	}
	return nil
}

// prefixed reports whether a name is another one behind the prefix that a state has for
// all of its names.
func prefixed(s *state.Rotation, name, other string) bool {
	prefix := s.Spec.Custody.RemotePrefix
	return prefix != "" && storeName(name) == storeName(prefix+other)
}

func sameKey(a, b render.NamedKey) bool {
	return custody.SPKI(a.Certificate) == custody.SPKI(b.Certificate)
}

// apart reports whether the stores of two states are two, whatever their names: the base
// has different keys at the same name there.
func apart(had []render.NamedKey, other *state.Rotation) bool {
	theirs, _ := storedKeys(other)
	return slices.ContainsFunc(had, func(k render.NamedKey) bool {
		return slices.ContainsFunc(theirs, func(o render.NamedKey) bool { return o.Path == k.Path && !sameKey(o, k) })
	})
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
			if _, is := meshesOf(text); !is {
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

// pinnedStates are those of members of other repositories, as the base pins them.
func (g *judgement) pinnedStates() (all []otherState) {
	name := g.fleetName()
	if name == "" {
		return g.fleetStates
	}
	f := g.fleetAt(g.before, name, "base")
	if f == nil {
		return nil
	}
	for _, m := range f.Spec.Members {
		c := fleet.Cluster{Member: m}
		if m.Repository == "" {
			continue
		}
		if g.readPinned(&c); c.Now != nil {
			all = append(all, otherState{m.Repository + ":" + fleet.Clean(m.State), c.Now, c.Now})
		}
	}
	return all
}
