package rotation

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// AdvanceTo is [To] for a later phase; "stable" is the end of the rotation.
func AdvanceTo(s *state.Rotation, phase string, o Options, e Evidence, at time.Time) (*Move, error) {
	if from, to, known := ends(s, phase); known && to < from {
		return nil, problem.RotationDirection.With(phase, "after", s.Status.Phase).Hint("it is an earlier phase: `l5d-pki-render back --to %s`", phase)
	}
	return To(s, phase, o, e, at)
}

// BackTo is [To] for an earlier phase; "stable" is the phase that the rotation
// began in, as for [Abandon].
func BackTo(s *state.Rotation, phase string, o Options, e Evidence, at time.Time) (*Move, error) {
	if phase == state.PhaseStable {
		return Abandon(s, o, e, at)
	}
	if from, to, known := ends(s, phase); known && to > from {
		return nil, problem.RotationDirection.With(phase, "before", s.Status.Phase).Hint("it is a later phase: `l5d-pki-render advance --to %s`", phase)
	}
	return To(s, phase, o, e, at)
}

// ends are the steps of the phase in force and of a phase, if both are known.
func ends(s *state.Rotation, phase string) (from, to int, known bool) {
	path, ok := pathOf(s)
	if !ok {
		return 0, 0, false
	}
	from, to = path.index(s.Status.Phase), path.index(phase)
	return from, to, from >= 0 && to >= 0
}
