package recovery

import (
	"slices"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestUnspread: pods may hold another bundle in exactly the phases that change the
// bundle before a rollout brings it to them.
func TestUnspread(t *testing.T) {
	want := []string{state.PhaseAnchorAdded, state.PhaseAnchorDropped, state.PhaseAnchorSwapped, state.PhaseReplaced, state.PhaseRenewed}
	for _, table := range state.Tables {
		for _, p := range table.Phases {
			s := &state.Rotation{Status: state.Status{Phase: p.Name, Rotation: &state.Progress{Kind: table.Kind, Strategy: table.Strategy}}}
			if got := (Facts{State: s}).unspread(); got != slices.Contains(want, p.Name) {
				t.Errorf("%s %s, %s: unspread is %t", table.Kind, table.Strategy, p.Name, got)
			}
		}
	}
	if (Facts{State: &state.Rotation{Status: state.Status{Phase: state.PhaseStable}}}).unspread() {
		t.Error("the stable phase is unspread")
	}
}
