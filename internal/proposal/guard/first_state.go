package guard

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// judgeFirst judges what a first state brings that later gates are judged by: its log is
// whatever its author wrote, and the observations beside it become evidence.
func (g *judgement) judgeFirst(is *state.Rotation) error {
	g.r.judgeInstants(nil, is.Status.Log, g.Instant)
	leaf := is.WithDefaults().Spec.Leaf
	g.r.notes = append(g.r.notes, fmt.Sprintf("the first state is in phase %s, with %d log entries that no base has, leaves of %v and a clock skew of %v",
		sink.Code(is.Status.Phase), len(is.Status.Log), leaf.Lifetime, leaf.ClockSkew))
	if _, ok := g.ownKeys(); !ok { // a list that cannot be read is a finding also where nothing is brought
		return nil
	}
	return g.judgeAuthors(func(p place) bool { return !ofFleet(p) })
}
