package rotation

import (
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestDirection: back never leads forward, and advance never back; the stable
// phase is at both ends.
func TestDirection(t *testing.T) {
	m, instant := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorSpread)
	for phase, wrong := range map[string]string{state.PhaseIssuerSwitched: "advance --to issuer-switched", state.PhaseAnchorDropped: "advance --to anchor-dropped"} {
		if _, err := BackTo(m.state, phase, Options{}, Evidence{}, instant); !slices.Contains(codes(err), "rotation-direction") || !strings.Contains(hintsOf(err), wrong) {
			t.Errorf("back to %s: %s", phase, explain(err))
		}
	}
	if _, err := AdvanceTo(m.state, state.PhaseAnchorAdded, Options{}, Evidence{}, instant); !slices.Contains(codes(err), "rotation-direction") || !strings.Contains(hintsOf(err), "back --to anchor-added") {
		t.Errorf("advance to an earlier phase: %s", explain(err))
	}
	move, err := BackTo(m.state, state.PhaseStable, Options{}, Evidence{}, instant)
	if err != nil || !move.Back || move.State.Status.Rotation != nil || move.State.Status.Anchors[0].Certificate != m.state.Status.Anchors[0].Certificate {
		t.Fatalf("back to stable: %s", explain(err))
	}
	if move, err := BackTo(m.state, state.PhaseAnchorAdded, Options{}, Evidence{}, instant); err != nil || move.To != state.PhaseAnchorAdded {
		t.Errorf("back to anchor-added: %s", explain(err))
	}
	if _, err := AdvanceTo(m.state, state.PhaseAnchorSpread, Options{}, Evidence{}, instant); !slices.Contains(codes(err), "rotation-same-phase") {
		t.Errorf("to the phase in force: %s", explain(err))
	}
}

func hintsOf(err error) (all string) {
	for _, p := range problem.Of(err) {
		all += strings.Join(p.Hints, "\n")
	}
	return all
}
