package guard

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// laterKey stands for the keys that later moves make.
const laterKey = "later"

// judgePlainKeys: keys in clear lie in working trees, at paths that Git ignores. A
// change that puts anything there replaces them on every machine that merges it, as
// Git overwrites what it ignores; one that shows them has the next commit publish them.
func (g *judgement) judgePlainKeys(next *state.Rotation) error {
	named := g.plainKeys(g.State, next)
	if g.Now != nil {
		named = append(named, g.plainKeys(g.wasName, g.Now)...)
	}
	if len(named) == 0 {
		return nil
	}
	dirs := map[string]string{} // folded directory of keys -> their suffix
	taken := map[string]bool{}  // folded paths that have to stay free: the keys, and the directories above as anything else
	for _, name := range named {
		dirs[folds(path.Dir(name))] = folds(path.Ext(name))
		for at := name; at != "."; at = path.Dir(at) {
			taken[folds(at)] = true
		}
	}
	for _, name := range g.differs {
		if !g.after.Has(name) || g.after.At(name).Directory() {
			continue
		}
		folded := folds(name)
		suffix, inside := dirs[path.Dir(folded)]
		if taken[folded] || inside && strings.HasSuffix(folded, suffix) {
			g.reserved(name, "private keys in clear are kept there, outside of Git")
		}
	}
	return g.judgeShownKeys(named)
}

// plainKeys are the paths of keys in clear that are in the repository's directories.
func (g *judgement) plainKeys(from string, s *state.Rotation) (names []string) {
	kind, known := custody.Kinds[s.WithDefaults().Spec.Custody.Kind]
	if !known || kind.Seal == nil || kind.Mode != keyfile.PlainMode {
		return nil
	}
	for _, key := range base.KeyNames(s) {
		if key == "" {
			continue
		}
		for _, key := range []string{key, path.Join(path.Dir(key), laterKey+kind.Suffix)} {
			name := path.Join(path.Dir(from), key)
			if !path.IsAbs(key) && filepath.IsLocal(filepath.FromSlash(name)) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// judgeShownKeys: what Git ignores at the base it ignores with the change.
func (g *judgement) judgeShownKeys(names []string) error {
	was, err := g.Repo.IgnoredIn(g.before, names)
	if err != nil {
		return base.GitProblem(err)
	}
	is, err := g.Repo.IgnoredIn(g.after, names)
	if err != nil {
		return base.GitProblem(err)
	}
	for _, name := range names {
		if was[name] && !is[name] {
			g.r.fail(problem.PRGuardShown.With().In(sink.Name(name)))
		}
	}
	return nil
}
