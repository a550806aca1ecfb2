package guard

import (
	"maps"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
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
	if signers := g.SignersFile(); slices.Contains(g.differs, signers) {
		g.r.owned = append(g.r.owned, signers)
		g.r.fail(problem.PRGuardSigners.With().In(sink.Name(signers)))
	}
	return g.judgeAttributes(owned)
}
