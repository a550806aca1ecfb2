package guard

import (
	"path"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// shownByFleet are the observations of this cluster that the fleet file names, on either
// side or in its own repository: beside the state they would count as well.
func (g *judgement) shownByFleet() (found []*rotation.Observation) {
	name := g.fleetName()
	switch {
	case g.q.Fleet == "":
		return nil
	case name == "":
		on, member, err := g.elsewhere()
		if err != nil || member < 0 {
			return nil // said by judgeInFleet
		}
		return on.Evidence[member].Observations
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
				if o := g.observation(t, name); o != nil && o.Cluster == m.Name && (side == "base" || g.counts(name)) {
					found = append(found, o)
				}
			}
		}
	}
	return found
}
