package recovery

import (
	"slices"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestWebhooksAgain: a rotation of webhooks that is under way is ended, not begun
// again; after one of the anchor, which may still be held, it begins by an observation.
func TestWebhooksAgain(t *testing.T) {
	f := Facts{File: "pki/rotation.yaml", State: &state.Rotation{}, Status: &rotation.Status{Phase: "webhook-cert-switched", Kind: state.KindWebhooks}}
	const observe = "l5d-pki-render observe --to observation.yaml --state pki/rotation.yaml"
	steps, person := newWebhooks(f)
	if person != "" || steps[0].Command != observe || steps[1].Command != "l5d-pki-render advance --evidence observation.yaml --state pki/rotation.yaml" {
		t.Errorf("%+v %s", steps, person)
	}
	f.Status = &rotation.Status{Phase: state.PhaseStable}
	f.State.Status.Retired = make([]state.Anchor, 1)
	if steps, _ = newWebhooks(f); steps[0].Command != observe || steps[1].Command != "l5d-pki-render start webhooks --evidence observation.yaml --state pki/rotation.yaml" {
		t.Errorf("%+v", steps)
	}
	f.Status.Phase, f.Status.Kind = "anchor-added", state.KindAnchor
	if _, person = newWebhooks(f); person == "" {
		t.Error("two rotations at once")
	}
}

// TestKeyFromGit: a key file that Git has is brought back before anything else is done,
// also in the middle of a rotation.
func TestKeyFromGit(t *testing.T) {
	f := Facts{State: &state.Rotation{}, Status: &rotation.Status{Phase: "anchor-added"}, MissingKeys: []MissingKey{
		{Of: "anchor", Name: "2026", Path: "keys/2026.age", File: "keys/2026.age", Commit: "abc"}, {Of: "issuer", Name: "2026-1", Path: "keys/1.age", File: "keys/1.age"},
	}}
	steps, person := newAnchor(f)
	if want := []Step{{Command: "git checkout abc -- keys/2026.age"}, {Command: "l5d-pki-render custody status"}}; !slices.Equal(steps, want) || person != "" {
		t.Errorf("%+v %s", steps, person)
	}
	if steps, _ = issuerAgain(f); slices.ContainsFunc(steps, func(s Step) bool { return s.Command[:3] == "git" }) {
		t.Errorf("%+v", steps)
	}
}
