package guard

import (
	"path"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// unsignedKept has kept observations that no listed key signed open no wait, where the
// guard observes itself: it let them pass when they came. What they show against a move
// counts still.
func (g *judgement) unsignedKept(next *state.Rotation, earlier []*rotation.Observation) error {
	keys, ok := g.evidenceKeys()
	if g.q.Evidence.Observe == nil || !ok || len(keys) == 0 {
		return nil
	}
	names := evidenceIn(g.before, g.Now.Metadata.Name, g.wasName)
	for _, l := range next.Spec.Links {
		beside := evidenceIn(g.before, l.Name, g.Beside(l.State))
		if l.State != "" && len(beside) > 0 {
			names = append(names, beside...)
			list, _ := g.fileOf(g.before, path.Join(path.Dir(g.Beside(l.State)), g.Signers), "base", statefile.MaxSize)
			keys = append(slices.Clip(keys), evidence.Signers(list)...)
		}
	}
	signed := map[string]bool{}
	for _, name := range names {
		data, _ := g.fileOf(g.before, name, "base", base.MaxObservation)
		o, err := rotation.ParseObservation(name, data)
		if err != nil || len(signed) >= maxBrought {
			continue
		}
		_, why, err := g.signerOfText(data, keys)
		if err != nil {
			return err
		}
		if why == nil {
			signed[rotation.Evidence{Observations: []*rotation.Observation{o}}.Digest()] = true
		}
	}
	for i, o := range earlier {
		if !signed[rotation.Evidence{Observations: []*rotation.Observation{o}}.Digest()] {
			earlier[i] = o.Uncovered()
		}
	}
	return nil
}
