package guard

import (
	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// unsignedKept has a kept observation that no listed key signed open no wait, where the
// guard observes itself: it let them pass when they came. What they show against a move
// counts still. At most so many signatures as are left are verified.
func (g *judgement) unsignedKept(p place, o *rotation.Observation, left *int) (*rotation.Observation, error) {
	if g.q.Evidence.Observe == nil {
		return o, nil
	}
	keys, ok := g.keysFor(o.Cluster)
	if !ok || len(keys) == 0 {
		return o, nil
	}
	data, _ := g.fileOf(g.before, p.file, "base", base.MaxObservation)
	if _, signature, err := evidence.Split(data); err != nil || signature == nil || *left == 0 {
		return o.Uncovered(), nil
	}
	*left--
	_, why, err := g.signerOfText(data, keys)
	if err != nil || why == nil {
		return o, err
	}
	return o.Uncovered(), nil
}
