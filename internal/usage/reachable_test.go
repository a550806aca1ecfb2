package usage

import (
	"errors"
	"slices"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// TestReachable: advance completes the phases after the state's, back those before it.
func TestReachable(t *testing.T) {
	s := &state.Rotation{}
	for _, c := range []struct {
		phase, kind, strategy string
		ahead, behind         []string
	}{
		{"anchor-spread", state.KindAnchor, state.StrategyBundle, []string{"issuer-switched", "issuer-spread", "anchor-dropped", "stable"}, []string{"stable", "anchor-added"}},
		{"anchor-dropped", state.KindAnchor, state.StrategyBundle, []string{"stable"}, []string{"stable", "anchor-added", "anchor-spread", "issuer-switched", "issuer-spread"}},
		{"issuer-switched", state.KindIssuer, "", []string{"stable"}, []string{"stable"}},
		{"gone", state.KindIssuer, "", nil, nil},
	} {
		s.Status.Phase, s.Status.Rotation = c.phase, &state.Progress{Kind: c.kind, Strategy: c.strategy}
		if got := reachable(state.MoveAdvance, s); !slices.Equal(got, c.ahead) {
			t.Errorf("advance from %s: %q", c.phase, got)
		}
		if got := reachable(state.MoveBack, s); !slices.Equal(got, c.behind) {
			t.Errorf("back from %s: %q", c.phase, got)
		}
	}
	s.Status.Rotation = nil
	if got := reachable(state.MoveAdvance, s); got != nil {
		t.Errorf("in stable: %q", got)
	}
}

// TestCobraSays: its sentences speak of arguments as people do.
func TestCobraSays(t *testing.T) {
	cmd := &cobra.Command{Use: "diff"}
	for says, want := range map[string]string{
		"accepts 1 arg(s), received 0":         "`diff` takes 1 argument, got 0",
		"accepts 2 arg(s), received 3":         "`diff` takes 2 arguments, got 3",
		"accepts at most 1 arg(s), received 2": "`diff` takes at most 1 argument, got 2",
		"if any flags in the group [next guard print] are set none of the others can be; [guard next] were all set": "these flags exclude each other: --guard, --next",
		`unknown command "x" for "diff"`: `unexpected argument "x" for "diff"`,
	} {
		if got := firstLine(cmd, errors.New(says)).Error(); got != want {
			t.Errorf("%s: %s", says, got)
		}
	}
}
