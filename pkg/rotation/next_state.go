package rotation

import (
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// next makes the state after an allowed move: phase, roles, stamp and log.
func (w *way) next() (*Move, error) {
	s := w.scene.state.Clone()
	m := &Move{
		State: s, From: w.scene.state.Status.Phase, To: w.phase(), Back: w.back(), Before: w.now, After: w.due,
		Verdict: w.verdict, Needs: w.needs, Wave: w.wave, DowntimeAccepted: w.accepted, Shut: w.shut, Changes: w.changes(),
	}
	begin(s, w.at)
	st := &s.Status
	st.Epoch++
	st.Phase = w.phase()
	if bundleID(w.now.Bundle) != bundleID(w.due.Bundle) {
		st.AdoptedBundle = "" // other bytes for the same bundle would restart the control plane
	}
	w.leaves(st)
	switch {
	case w.to < 0:
		m.Destroy = comeBack(s)
	case w.to == len(w.path.Steps)-1:
		m.Destroy = arrive(s, w.due)
	case w.from < 0:
		m.Destroy = w.forget(st)
	}
	w.dropRetiredIssuers(st)
	m.Destroy = unneeded(m.Destroy, s)
	w.stamp(st)
	record(s, w.at, w.entry())
	return m, nil
}

// leaves records how the outgoing issuer's leaves go away, from the phase that
// chooses it on.
func (w *way) leaves(st *state.Status) {
	chosen := slices.IndexFunc(w.path.Steps, func(s state.Phase) bool { return s.Rollout == state.RolloutChoice })
	switch {
	case chosen < 0:
	case w.to < chosen:
		st.Rotation.Leaves = ""
	case w.to == chosen && !w.back():
		st.Rotation.Leaves = LeavesWaited
		if w.wave {
			st.Rotation.Leaves = LeavesWave
		}
	case st.Rotation.Leaves == "":
		st.Rotation.Leaves = LeavesWaited
	}
}

// stamp starts the wave, if the move has one.
func (w *way) stamp(st *state.Status) {
	if !w.wave {
		return
	}
	previous := st.Stamp
	st.Stamp = Stamp(st.Epoch, w.due)
	st.Wave = w.options.split(previous, st.Wave, func() []string { return w.own.latest().stale(w.due) })
}

// begin gives an empty log its first entry, the phase that was there before the
// first move: without it a later replay could not tell where the rotation began.
func begin(s *state.Rotation, at time.Time) {
	if len(s.Status.Log) == 0 {
		record(s, at, state.LogEntry{Move: state.MoveAdopt})
	}
}

// record adds an entry for the phase and epoch of s, chained to the last one. A
// clock that is behind the one of the last move does not make it go back in time.
func record(s *state.Rotation, at time.Time, e state.LogEntry) {
	e.Epoch, e.Phase, e.At = s.Status.Epoch, s.Status.Phase, instantText(at)
	if log := s.Status.Log; len(log) > 0 && e.At < log[len(log)-1].At { // one form, so texts sort as instants
		e.At = log[len(log)-1].At
	}
	s.Status.Log = state.Append(s.Status.Log, e)
}

func instantText(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func words(list []string) string { return strings.Join(list, ", ") }
