package outputs

import (
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/workloads"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// lookTime bounds how long [World.Stale] computes outputs.
const lookTime = 10 * time.Second

// Stale compares the outputs of a state with their files, as far as that takes neither
// a network nor a private key. It returns the files that sync would write, as their
// repository names them, and the outputs that were not compared: charts from elsewhere,
// and what cannot be computed or written. Of those `sync --check` says more.
func (w World) Stale(statePath string, s *state.Rotation) (stale, unchecked []string) {
	w.Notes, w.Progress = io.Discard, workloads.Progress{}
	place, err := PlaceOf(statePath)
	job := Job{World: w, StatePath: statePath, State: s.WithDefaults(), Place: place, Within: lookTime, until: time.Now().Add(lookTime)}
	failed := map[string]bool{} // outputs of kind edit fail together
	for i, o := range job.State.Spec.Outputs {
		if err != nil || job.late() || failed[o.Kind] || o.Kind == state.OutputChart && !o.ChartIsPath() {
			unchecked = append(unchecked, fieldOf(i))
			continue
		}
		changed, err := job.changed(i)
		if err != nil {
			failed[state.OutputEdit] = failed[state.OutputEdit] || o.Kind == state.OutputEdit
			unchecked = append(unchecked, fieldOf(i))
		}
		stale = append(stale, changed...)
	}
	return stale, unchecked
}

// changed names the files of an output that are not as they should be.
func (c *Job) changed(output int) (names []string, err error) {
	all, err := c.one(output)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := c.compare(&all[i]); err != nil {
			return nil, err
		}
	}
	for _, f := range Changed(all) {
		names = append(names, f.Name)
	}
	return names, nil
}
