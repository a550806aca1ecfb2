package guard

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// waves are the versions of status.wave that the base had since the stamp in force came,
// oldest first: what a version adds begins to restart when it comes to the base, and the
// first came with the log entry of the wave. Clocks may differ as for that ([skewOf]).
func (g *judgement) waves(s *state.Rotation, l *landings) (all []rotation.WaveVersion, err error) {
	count := slices.IndexFunc(l.statuses, func(v state.Status) bool { return v.Phase != "" && v.Stamp != s.Status.Stamp })
	whole := count >= 0 || !l.older
	if count < 0 {
		count = len(l.statuses)
	}
	for i, v := range slices.Backward(l.statuses[:count]) {
		if v.Phase == "" {
			continue // no state
		}
		var since time.Time
		if len(all) > 0 || !whole {
			since, err = g.instantOf(l.all[i])
			if unlanded(err, len(v.Log)) != nil {
				since = g.Instant
			} else if err != nil {
				return nil, base.GitProblem(err)
			}
			since = since.Add(-skewOf(s))
		}
		all = append(all, rotation.WaveVersion{Since: since, Wave: v.Wave})
	}
	return all, nil
}
