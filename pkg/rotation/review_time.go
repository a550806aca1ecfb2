package rotation

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// clocksDiffer is how far two clocks that people set may be apart.
const clocksDiffer = 5 * time.Minute

// Skew is how far the clocks may differ by which a state, and who judges it, tell instants:
// spec.leaf.clockSkew, within limits. An instant may be that much earlier than the fact.
func Skew(s *state.Rotation) time.Duration {
	return min(time.Duration(s.WithDefaults().Spec.Leaf.ClockSkew), clocksDiffer)
}

// notAhead refuses a move that says it was made after the instant of its review:
// every move after it would have to say so too, and no observation would count.
func notAhead(next *state.Rotation, at time.Time) error {
	last := next.Status.Log[len(next.Status.Log)-1]
	if made, err := time.Parse(time.RFC3339, last.At); err == nil && made.After(at.Add(clocksDiffer)) {
		return problem.RotationFutureMove.With(last.At, instantText(at))
	}
	return nil
}

// withLongerLeaves is from with the longer life of leaves of the two: a change
// that shortens it does not shorten the leaves that were issued before.
func withLongerLeaves(from, next *state.Rotation) *state.Rotation {
	longer := from.Clone()
	was, is := from.WithDefaults().Spec.Leaf, next.WithDefaults().Spec.Leaf
	longer.Spec.Leaf = state.Leaf{Lifetime: max(was.Lifetime, is.Lifetime), ClockSkew: max(was.ClockSkew, is.ClockSkew)}
	return longer
}
