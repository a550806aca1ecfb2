package alerts

import (
	"os"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestEndsOnce: certificates of webhooks that were made at once are one alert with all
// of their names; no two rules have the same name and labels.
func TestEndsOnce(t *testing.T) {
	text, err := os.ReadFile("../../fixtures/rotation/webhooks/webhook-ca-added.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse("state", text)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := Rules(s)
	if err != nil {
		t.Fatal(err)
	}
	seen, ends := map[string]bool{}, 0
	for _, r := range rules {
		key := r.Alert + r.Labels["severity"] + r.Labels["name"] + r.Expr
		if seen[key] {
			t.Errorf("%s is there twice: %v", r.Alert, r.Labels)
		}
		seen[key] = true
		if r.Alert == "LinkerdWebhookCertificateEnds" {
			ends++
			for _, name := range state.WebhookKeys[:3] {
				if !strings.Contains(r.Annotations["summary"], name) {
					t.Errorf("%s does not name %s", r.Annotations["summary"], name)
				}
			}
		}
	}
	if ends != 2 {
		t.Errorf("%d alerts for certificates that end together, want a warning and a critical one", ends)
	}
	for _, r := range rules {
		if r.Alert == "LinkerdTrustAnchorEnds" && !strings.HasPrefix(r.Annotations["summary"], "the anchor ") {
			t.Error(r.Annotations["summary"])
		}
	}
}
