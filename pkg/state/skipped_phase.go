package state

import "slices"

// Skipped names the first phase that a log went past: each advance leads to the
// phase that follows. It is "" where none was skipped, and for moves of logs that
// did not record of which rotation they are.
func Skipped(log []LogEntry) (from, to, skipped string) {
	for i := 1; i < len(log); i++ {
		before, e := log[i-1], log[i]
		if e.Move != MoveAdvance || before.Kind != e.Kind || before.Strategy != e.Strategy || before.Phase == PhaseStable {
			continue
		}
		t, ok := TableOf(e.Kind, e.Strategy)
		names := append(slices.Clone(t.names()), PhaseStable)
		was, is := slices.Index(names, before.Phase), slices.Index(names, e.Phase)
		if ok && was >= 0 && is > was+1 {
			return before.Phase, e.Phase, names[was+1]
		}
	}
	return "", "", ""
}
