package guard

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// sopsRulesOf are the paths at which sops looks for its rules, the nearest first,
// where a side has its keys in files of sops. sops follows links there.
func (g *judgement) sopsRulesOf(sides ...*state.Rotation) (names []string) {
	for _, s := range sides {
		if names = sopsRulesAbove(g.State, s); names != nil {
			break
		}
	}
	return names
}

// sopsRulesAbove are those of a state at a path.
func sopsRulesAbove(stateName string, s *state.Rotation) (names []string) {
	if s == nil || s.Spec.Custody.Kind != state.CustodySOPS {
		return nil
	}
	for dir := path.Dir(stateName); ; dir = path.Dir(dir) {
		if names = append(names, path.Join(dir, custody.SOPSRulesFile)); dir == "." {
			return names
		}
	}
}

// isSopsRules reports whether a path is, on some file system, one of those.
func isSopsRules(name string, rules []string) bool {
	parts := strings.Split(onWindows(name), "/")
	return slices.ContainsFunc(rules, func(rule string) bool {
		return slices.EqualFunc(parts, strings.Split(rule, "/"), samePart)
	})
}

// judgeSopsRules: the rules that sops finds first are a regular file, since a change
// of what a link leads to would be no change of the rules.
func (g *judgement) judgeSopsRules(rules []string) {
	for _, name := range rules {
		_, err := g.after.Find(name)
		if base.IsNotRegular(err) {
			g.r.fail(problem.PRGuardNotFile.With(err, "change").In(sink.Name(name)))
		}
		if err == nil || base.IsNotRegular(err) {
			return
		}
	}
}

// judgeSealedTo: a key file of sops that the change brings is encrypted to whom the
// rules of sops say, or to whom the key files of the base are.
func (g *judgement) judgeSealedTo(is *state.Rotation, k render.NamedKey, text []byte) error {
	if is.Spec.Custody.Kind != state.CustodySOPS {
		return nil
	}
	name := sink.Markdown(k.Name)
	to, err := custody.SOPSSealedTo(text)
	if err != nil {
		return nil // its facts say what is wrong
	}
	known, err := g.sealedBefore()
	if err != nil {
		return err
	}
	for _, key := range g.ruledPaths(k.Path) {
		ruled, err := g.ruledFor(is, key)
		if err != nil {
			return err
		}
		known = append(known, ruled...)
	}
	switch {
	case len(known) == 0:
		g.r.notes = append(g.r.notes, fmt.Sprintf("the key file of %s is encrypted to %s; no file of the base says to whom it should be", name, sink.Code(to.String())))
	case !slices.ContainsFunc(known, to.Allowed):
		why := "it is encrypted to " + sink.Name(to.String()) + ", which neither " + custody.SOPSRulesFile + " nor a key file of the base says"
		g.r.fail(problem.PRGuardKeyFile.With(name, why).In(sink.Name(g.Beside(k.Path))))
	}
	return nil
}

// ruledPaths are the paths of keys whose rules say to whom a new key at a path is to be
// encrypted: those of the base, if it has any of sops, since the change chooses its own.
func (g *judgement) ruledPaths(key string) (paths []string) {
	if g.Now != nil && g.Now.Spec.Custody.Kind == state.CustodySOPS {
		for _, k := range keyuse.Held(g.Now) {
			if k.Path != "" && !slices.Contains(paths, k.Path) {
				paths = append(paths, k.Path)
			}
		}
	}
	if paths == nil {
		paths = []string{key}
	}
	return paths
}

// sealedBefore is to whom the key files of the base are encrypted.
func (g *judgement) sealedBefore() (known []custody.SealedTo, err error) {
	if g.Now == nil || g.Now.Spec.Custody.Kind != state.CustodySOPS {
		return nil, nil
	}
	var names []string
	for _, k := range keyuse.Held(g.Now) {
		names = append(names, path.Join(path.Dir(g.wasName), k.Path))
	}
	err = g.texts(g.before, names, keyfile.MaxSize, func(_ string, text []byte) {
		if to, err := custody.SOPSSealedTo(text); err == nil {
			known = append(known, to)
		}
	})
	return known, base.GitProblem(err)
}

// ruledFor is to whom the rules of sops would have a key encrypted. Some versions
// compare the path of a key from where the rules lie, some from where they run.
func (g *judgement) ruledFor(is *state.Rotation, key string) (known []custody.SealedTo, err error) {
	for _, rules := range g.sopsRulesOf(is) {
		if !g.after.Has(rules) {
			continue
		}
		err = g.texts(g.after, []string{rules}, statefile.MaxSize, func(_ string, text []byte) {
			fromRules, _ := relativeTo(path.Dir(rules), g.Beside(key))
			for _, name := range []string{fromRules, key} {
				if to, ok := custody.SOPSRule(text, name); ok {
					known = append(known, to)
				}
			}
		})
		return known, base.GitProblem(err)
	}
	return nil, nil
}
