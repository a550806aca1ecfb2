package rotation

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ContinueWave adds namespaces to a wave that was split; done ends it, and all
// other namespaces get its stamp at once. The phase stays, and so does the epoch.
func ContinueWave(s *state.Rotation, namespaces []string, done bool) (*state.Rotation, error) {
	if s.Status.Wave == nil || s.Status.Wave.Stale && !done {
		return nil, problem.RotationNoSplit.With()
	}
	next := s.Clone()
	w := next.Status.Wave
	for _, n := range namespaces {
		if !slices.Contains(w.Namespaces, n) {
			w.Namespaces = append(w.Namespaces, n)
		}
	}
	slices.Sort(w.Namespaces)
	if done {
		next.Status.Wave = nil
	}
	return next, nil
}
