package rotation

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Path is one kind and strategy of rotation, from the first phase after stable
// to the return to stable.
type Path struct {
	Kind, Strategy string
	Steps          []state.Phase
}

// Paths are the rows of [state.Tables].
var Paths = paths()

func paths() (all []Path) {
	for _, t := range state.Tables {
		all = append(all, Path{t.Kind, t.Strategy, t.Steps()})
	}
	return all
}

// PathOf finds the path of a kind and strategy.
func PathOf(kind, strategy string) (Path, bool) {
	i := slices.IndexFunc(Paths, func(p Path) bool { return p.Kind == kind && p.Strategy == strategy })
	if i < 0 {
		return Path{}, false
	}
	return Paths[i], true
}

// pathOf is the path that s is on; ok is false in the phase stable.
func pathOf(s *state.Rotation) (Path, bool) {
	if s.Status.Rotation == nil {
		return Path{}, false
	}
	return PathOf(s.Status.Rotation.Kind, s.Status.Rotation.Strategy)
}

// index is the position of a phase on the path. The stable phase before the
// first step is -1, the one at the end is the last position.
func (p Path) index(phase string) int {
	return slices.IndexFunc(p.Steps, func(s state.Phase) bool { return s.Name == phase })
}

// names lists the phases, for messages.
func (p Path) names() []string {
	all := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		all[i] = s.Name
	}
	return all
}
