package guard

import (
	"maps"
	"path"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// judgeAround judges what is around the files of the rotation: versions that the
// merge does not show, Git attributes, names that fold onto theirs, signers.
func (g *judgement) judgeAround(next *state.Rotation) error {
	owned := g.ownedPaths(g.Now, next)
	g.judgeIntermediate(owned)
	named := maps.Clone(owned)
	for _, rules := range g.sopsRulesOf(g.Now, next) {
		named[rules] = true // also where there is none: sops would find what folds onto it
	}
	g.judgeWindows(owned, g.judgeFolds(named))
	g.judgeSigners(g.SignersFile())
	g.judgeReserved()
	if err := g.judgePlainKeys(next); err != nil {
		return err
	}
	return g.judgeAttributes(g.beforeNow(owned, next))
}

// beforeNow are the owned paths as the base's lines of attributes were reviewed with
// them, and as they are now, both with what later moves bring.
func (g *judgement) beforeNow(owned map[string]bool, next *state.Rotation) (was, now map[string]bool) {
	was, now = maps.Clone(owned), maps.Clone(owned)
	fresh := g.reviewedPaths(g.State, next)
	maps.Copy(now, fresh)
	if g.Now == nil {
		return now, now
	}
	known := g.reviewedPaths(g.wasName, g.Now)
	maps.DeleteFunc(was, func(name string, _ bool) bool { return fresh[name] && !known[name] })
	maps.Copy(was, known)
	return was, now
}

// reviewedPaths are what a state at a path names, what lies beside it, and what its
// later moves bring.
func (g *judgement) reviewedPaths(from string, s *state.Rotation) map[string]bool {
	named := namedPaths(from, s)
	for _, name := range append(comingPaths(s), g.Signers) {
		named[path.Join(path.Dir(from), name)] = true
	}
	for _, name := range sopsRulesAbove(from, s) {
		named[name] = true
	}
	for _, pattern := range g.editedPaths(from, s) {
		named[pattern] = true
	}
	return named
}

// comingPaths are patterns of the files that later moves bring: key files, and
// observations, from the state on. Lines of the base are not judged again when they come.
func comingPaths(s *state.Rotation) []string {
	patterns := []string{base.EvidenceFolder + "/" + s.Metadata.Name + "-*.yaml"}
	kind, known := custody.Kinds[s.WithDefaults().Spec.Custody.Kind]
	if !known || kind.Seal == nil {
		return patterns
	}
	for _, key := range append(base.KeyNames(s), "keys/x") {
		if pattern := path.Join(path.Dir(key), "*"+kind.Suffix); key != "" && !slices.Contains(patterns, pattern) {
			patterns = append(patterns, pattern)
		}
	}
	return patterns
}
