package rotation

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ExploreAll walks the rotation under way, if there is one, and the orders of the
// field over the textbook's material.
func ExploreAll(s *state.Rotation, size ExploreOptions, at time.Time) ([]Exploration, error) {
	var r []Exploration
	if s.Status.Rotation != nil {
		model, order, err := ModelOf(s, at)
		if err != nil {
			return r, err
		}
		order.Name = "this rotation, gated: " + order.Name
		r = append(r, Explore(model, order, size))
	}
	for _, order := range Orders() {
		sized := size
		if order.PerCluster { // with one cluster there is nothing to look past
			sized.Clusters = max(sized.Clusters, 2)
		}
		r = append(r, Explore(Textbook(), order, sized))
	}
	return r, nil
}
