package guard

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// baseKnows are the observations of another member that the base has and the merge has
// not, or not as they were: what is known of a member counts until something newer is,
// also in the change that takes it away. now is nil where the state is elsewhere.
func (g *judgement) baseKnows(m fleet.Member, now *state.Rotation, stateName, fleetName string) (found []*rotation.Observation) {
	names := named(m, fleetName)
	if now != nil && now.Status.Rotation != nil {
		names = append(names, evidenceIn(g.before, now.Metadata.Name, stateName)...)
	}
	for _, name := range names {
		if !slices.Contains(g.differs, name) {
			continue // the merge has it
		}
		text, ok := g.fileOf(g.before, name, "base", base.MaxObservation)
		if !ok {
			continue
		}
		if o, err := rotation.ParseObservation(name, text); err == nil && o.Cluster == m.Name {
			found = append(found, o)
		}
	}
	return found
}
