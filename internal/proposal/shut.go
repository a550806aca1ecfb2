package proposal

import (
	"cmp"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// shut lists what shuts the gate of a move that a branch holds, now that it is in the tree:
// a change that was right when it was made may have to wait again, because of a newer
// observation, or of links that the base has got.
func (c *call) shut(h *plan.Head, next *state.Rotation) (problem.List, error) {
	if !h.GoesBy(cmp.Or(c.onBase, c.Now)) || !c.knowsWhy(h) {
		return nil, nil
	}
	e, err := c.Witnessed(next, c.q.Evidence)
	if err != nil {
		return nil, err
	}
	m, err := rotation.Review(c.Now, next, e, c.Instant)
	if err != nil {
		return nil, problem.Of(err).In(c.State).Err()
	}
	return m.Shut, nil
}

// knowsWhy reports whether this call has what a head's move was made on: an observation
// that was not committed is gone.
func (c *call) knowsWhy(h *plan.Head) bool {
	entry, _ := h.Next.LastEntry()
	brought := len(c.q.Evidence.Files) > 0 || c.q.Evidence.Observe != nil
	return brought || c.q.KeepEvidence && (h.Starts() || len(entry.Assumed) > 0 || slices.ContainsFunc(h.Carries, c.IsEvidence))
}
