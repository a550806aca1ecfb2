package rotation

import "time"

// entered is when the log says that each step of the path was entered last, as
// far as the state still is there or further; zero where the log does not say.
func (c *scene) entered(path Path) []time.Time {
	at := make([]time.Time, len(path.Steps))
	entries, _ := c.dossier.entries()
	if entries == nil {
		entries = c.state.Status.Log[max(len(c.state.Status.Log)-1, 0):]
	}
	from := path.index(c.state.Status.Phase)
	for _, e := range entries {
		if i := path.index(e.Phase); i >= 0 && i <= from {
			at[i], _ = time.Parse(time.RFC3339, e.At)
		}
	}
	return at
}

// timetable is when each step was entered, by the log, or can be at the earliest:
// counted from when the phase in force was entered and from the evidence, and
// never before the instant of the plan. A phase that a jump left out has the
// time of the one before it.
func (w *way) timetable(entered []time.Time, leaves string) (timetable, error) {
	c := w.scene
	since := w.at
	if t := entered[w.from]; !t.IsZero() {
		since = t
	}
	t := schedule(w.path, w.from, since, leaves, c.leafLife(), w.options.Pace)
	for i := range t.at[:w.from+1] {
		switch {
		case !entered[i].IsZero():
			t.at[i] = entered[i]
		case i > 0:
			t.at[i] = t.at[i-1]
		}
	}
	if w.to >= len(t.at) {
		return t, nil
	}
	next, err := w.nextAt(t.at[w.to])
	if err != nil {
		return t, err
	}
	late := next.Sub(t.at[w.to])
	for i := w.to; i < len(t.at); i++ {
		t.at[i] = t.at[i].Add(late)
	}
	return t, nil
}

// nextAt is when the next step can be entered: now, where the evidence has all
// that it needs; when the last leaf of before has expired, where the evidence
// says when; as estimated otherwise.
func (w *way) nextAt(estimate time.Time) (time.Time, error) {
	if err := w.look(); err != nil {
		return estimate, err
	}
	if len(w.unmet()) == 0 {
		return w.at, nil
	}
	for _, n := range w.needs {
		if n.Ends.After(estimate) || !n.Ends.IsZero() && n.Need == LeavesRenewed {
			estimate = n.Ends
		}
	}
	if estimate.Before(w.at) {
		return w.at, nil
	}
	return estimate, nil
}
