package proposal

import (
	"cmp"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// contrary lists what shuts the gate of a move in the tree that a branch holds, by the
// observations that this call brings: a change that was right when it was made may have
// to wait again. What would shut it without them, such as the age of those that it was
// made on, is for the guard.
func (c *call) contrary(h *plan.Head, next *state.Rotation) (shut problem.List, err error) {
	own, reviewed := c.q.Evidence, cmp.Or(c.onBase, c.Now)
	if len(own.Files) == 0 && own.Observe == nil || !h.GoesBy(reviewed) {
		return nil, nil
	}
	with, err := c.Witnessed(next, own)
	if err != nil {
		return nil, err
	}
	without, err := c.Claimed(next)
	if err != nil {
		return nil, err
	}
	is, err := rotation.Review(c.Now, next, with, c.Instant)
	if err != nil {
		return nil, problem.Of(err).In(c.State).Err()
	}
	was, err := rotation.Review(c.Now, next, without, c.Instant)
	if err != nil {
		return nil, problem.Of(err).In(c.State).Err()
	}
	known := func(p *problem.Problem) bool {
		return slices.ContainsFunc(was.Shut, func(w *problem.Problem) bool { return w.Error() == p.Error() })
	}
	return slices.DeleteFunc(is.Shut, known), nil
}
