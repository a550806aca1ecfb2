package rotation

import (
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestExpectedWarnings: status says which warning of `linkerd check` each phase
// brings, and no longer where an observation shows that every pod restarted.
func TestExpectedWarnings(t *testing.T) {
	has := func(m *mesh, e Evidence, instant time.Time, note string) bool {
		return slices.Contains(must(StatusOf(m.state, e, instant)).Notes, note)
	}
	unspread := []string{state.PhaseAnchorAdded, state.PhaseAnchorDropped, state.PhaseAnchorSwapped, state.PhaseReplaced}
	for _, table := range state.Tables {
		for _, p := range table.Phases {
			m, instant := at(t, table.Kind, table.Strategy, p.Name)
			instant = instant.Add(time.Hour)
			want := slices.Contains(unspread, p.Name)
			if got := has(m, Evidence{}, instant, checkUnspread); got != want {
				t.Errorf("%s %s, %s: %v", table.Kind, table.Strategy, p.Name, got)
			}
			if got := has(m, Evidence{}, instant, checkRenewed); got != (table.Kind == state.KindRenew) {
				t.Errorf("%s, %s: renewed: %v", table.Kind, p.Name, got)
			}
			if has(m, seen(m.sight(instant)), instant, checkUnspread) || has(m, seen(m.sight(instant)), instant, checkRenewed) {
				t.Errorf("%s, %s: every pod holds it", table.Kind, p.Name)
			}
		}
	}
	m, instant := at(t, state.KindRenew, "", state.PhaseRenewed)
	instant = instant.Add(time.Hour)
	m.advance(t, Options{}, seen(m.sight(instant)), instant)
	if !has(m, Evidence{}, instant.Add(day), checkRenewed) {
		t.Error("after the renewal")
	}
	back, _ := abandoned(t, crossSign)
	if !has(back, Evidence{}, now.Add(day), checkBack) || has(newMesh(t, "x", now), Evidence{}, now.Add(day), checkBack) {
		t.Error("after the way back")
	}
}
