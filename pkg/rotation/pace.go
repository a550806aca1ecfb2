package rotation

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Pace estimates how long a step takes that only the cluster can tell. Plans
// and validity checks count with it; no gate does.
type Pace struct {
	// Lag is from the merge of a change to its arrival in every mount: the
	// GitOps controller's interval and kubelet's sync. Default 5m.
	Lag time.Duration
	// Wave is how long a rolling restart of the data plane takes. Default 1h.
	Wave time.Duration
}

func (p Pace) withDefaults() Pace {
	if p.Lag == 0 {
		p.Lag = 5 * time.Minute
	}
	if p.Wave == 0 {
		p.Wave = time.Hour
	}
	return p
}

// timetable is when each step of a path can be entered at the earliest.
type timetable struct {
	path Path
	at   []time.Time // by step
}

// schedule counts from the instant at which step from (-1: the stable phase
// before) is entered or was; leaves says how the outgoing issuer's leaves go.
func schedule(path Path, from int, at time.Time, leaves string, leafLife time.Duration, pace Pace) timetable {
	pace = pace.withDefaults()
	t := timetable{path, make([]time.Time, len(path.Steps))}
	now, waved := at, false
	for i, s := range path.Steps {
		if i > from {
			now = now.Add(waits(s, waved, leafLife, pace))
		}
		t.at[i] = now
		waved = s.Restarts(leaves)
	}
	return t
}

// waits is the time that a step's needs take after the step before it; waved
// tells that the step before it started a wave.
func waits(s state.Phase, waved bool, leafLife time.Duration, pace Pace) time.Duration {
	var wait time.Duration
	for _, n := range s.Needs {
		switch n {
		case BundleLoaded:
			wait = max(wait, pace.Wave)
		case LeavesRenewed:
			if waved {
				wait = max(wait, pace.Wave)
			} else {
				wait = max(wait, pace.Lag+leafLife)
			}
		default:
			wait = max(wait, pace.Lag)
		}
	}
	return wait
}

// end is when the rotation is over.
func (t timetable) end() time.Time { return t.at[len(t.at)-1] }

// first is when the first phase is entered that ok accepts; the end if none.
func (t timetable) first(ok func(state.Phase) bool) time.Time {
	i := slices.IndexFunc(t.path.Steps, ok)
	if i < 0 {
		return t.end()
	}
	return t.at[i]
}
