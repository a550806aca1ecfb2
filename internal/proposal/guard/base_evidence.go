package guard

import (
	"path"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
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
		if o := g.observation(g.before, name, "base"); o != nil && o.Cluster == m.Name {
			found = append(found, o)
		}
	}
	return found
}

// shownByFleet are the observations of this cluster that the fleet file names, on either
// side: beside the state they would count as well.
func (g *judgement) shownByFleet() (found []*rotation.Observation) {
	name := g.fleetName()
	if name == "" {
		return nil
	}
	for side, t := range map[string]*repo.Tree{"base": g.before, "change": g.after} {
		f := g.fleetAt(t, name, side)
		if f == nil {
			continue
		}
		for _, m := range f.Spec.Members {
			if m.Repository != "" || path.Join(path.Dir(name), m.State) != g.State {
				continue
			}
			for _, name := range named(m, name) {
				if o := g.observation(t, name, side); o != nil && o.Cluster == m.Name && (side == "base" || g.counts(name)) {
					found = append(found, o)
				}
			}
		}
	}
	return found
}
