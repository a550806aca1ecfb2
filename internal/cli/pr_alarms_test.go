package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestPRForce: what the log contradicts is refused; with --force the move is made,
// and log and text of the pull request say so.
func TestPRForce(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(25 * time.Hour)
	args := []string{"advance", "--to", "issuer-switched", "--assume", "BUNDLE-DELIVERED", "--assume", "BUNDLE-LOADED"}
	l.refused("rotation-contradicted", args...)
	if len(l.forge.pulls) != 1 {
		t.Fatalf("%d pull requests", len(l.forge.pulls))
	}
	r := l.pr(append(args, "--force")...)
	entry, _ := l.stateOf(r.Branch).LastEntry()
	forced := 0
	for _, a := range entry.Assumed {
		if a.Forced {
			forced++
		}
	}
	body := l.forge.pulls[len(l.forge.pulls)-1].Body
	if forced == 0 || !strings.Contains(body, "by force") {
		t.Errorf("%d forced in %+v; the text:\n%s", forced, entry.Assumed, body)
	}
	l.guardBranch(r.Branch, ExitDone)
}

// TestPRHandEdit: a log that was edited by hand, so that it skips an epoch or enters
// a phase without evidence, does not pass the guard.
func TestPRHandEdit(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	for name, edit := range map[string]func(s *state.Rotation){
		"skips an epoch": func(s *state.Rotation) {
			s.Status.Epoch += 2
			s.Status.Phase = state.PhaseAnchorSpread
			s.Status.Log = state.Append(s.Status.Log, state.LogEntry{Epoch: s.Status.Epoch, Phase: s.Status.Phase, At: l.at.Add(time.Hour).Format(time.RFC3339), Move: state.MoveAdvance, Kind: state.KindAnchor, Strategy: state.StrategyBundle})
		},
		"no evidence": func(s *state.Rotation) {
			s.Status.Epoch++
			s.Status.Phase = state.PhaseAnchorSpread
			s.Status.Log = state.Append(s.Status.Log, state.LogEntry{Epoch: s.Status.Epoch, Phase: s.Status.Phase, At: l.at.Add(time.Hour).Format(time.RFC3339), Move: state.MoveAdvance, Kind: state.KindAnchor, Strategy: state.StrategyBundle})
		},
	} {
		dir := l.job("main", func(dir string) {
			path := dir + "/" + l.state
			editState(t, path, edit)
			gitIn(t, dir, "commit", "-qam", name)
		})
		if code, codes, out := l.guardedAt(dir); code != ExitFailed || len(codes) == 0 {
			t.Errorf("%s: code %d, %v: %s", name, code, codes, out)
		}
	}
}
