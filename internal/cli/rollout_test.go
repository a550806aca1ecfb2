package cli

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestRolloutCommand: after a rotation that went back, status names the command,
// and the command starts a wave that the log and the next check know of.
func TestRolloutCommand(t *testing.T) {
	p := newPatient(t)
	p.at = p.at.Add(day)
	p.run("start", "anchor", "--strategy", "bundle")
	p.at = p.at.Add(day)
	p.run("advance", "--assume", "BUNDLE-DELIVERED", "--because", "seen")
	p.at = p.at.Add(day)
	p.run("back", "--abandon")
	before := p.state()
	if out := p.run("status"); !strings.Contains(out, "rollout to stable: not yet, starts a wave") || !strings.Contains(out, "`l5d-pki-render rollout`") {
		t.Errorf("status: %s", out)
	}
	if r := callAt(t, p.at, "", nil, "rollout"); r.code != ExitFailed || !strings.Contains(r.stderr, "BUNDLE-DELIVERED") {
		t.Errorf("without evidence: code %d: %s", r.code, r.stderr)
	}
	p.at = p.at.Add(day)
	if out := p.run("rollout", "--assume", "BUNDLE-DELIVERED", "--because", "seen", "--why", "pods hold both"); !strings.Contains(out, "on in phase stable with a rollout") {
		t.Errorf("rollout: %s", out)
	}
	after := p.state()
	if after.Status.Phase != state.PhaseStable || after.Status.Stamp == before.Status.Stamp || after.Status.Epoch != before.Status.Epoch+1 {
		t.Errorf("%+v", after.Status)
	}
	if out := p.run("log", "--width", "200"); !strings.Contains(out, `rollout in stable: "pods hold both"`) {
		t.Errorf("log: %s", out)
	}
	// Run once more, as after a kill behind its last write: nothing restarts twice.
	if r := callAt(t, p.at, "", nil, "rollout", "--assume", "BUNDLE-DELIVERED", "--because", "seen", "--why", "again"); r.code != ExitFailed || !strings.Contains(r.stderr, "rotation-rolled-out") {
		t.Errorf("the same rollout once more: code %d: %s", r.code, r.stderr)
	}
	if again := p.state(); again.Status.Epoch != after.Status.Epoch {
		t.Errorf("a second wave: epoch %d", again.Status.Epoch)
	}
	if out := p.run("status"); strings.Contains(out, "rollout to stable") {
		t.Errorf("status after it: %s", out)
	}
}
