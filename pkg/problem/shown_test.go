package problem

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// TestNoEncodedText: no line of a PEM body is quoted, whichever sentence it gets
// into, and names, paths and digests are.
func TestNoEncodedText(t *testing.T) {
	lines := []string{
		"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9JQvw8bAA/IjLkff", "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC",
		"wXB8VdYvhiMiBGfbiqOHt8EL45vMBMsLaX7946kQUhf8v/bjESKEPReE", "6lo/F7H69uMf4BH10HVBCSddVjGhRANCAARHQ/te",
	}
	missed := 0
	for i := range 500 { // digests, as bytes without a meaning
		sum := sha256.Sum256(fmt.Append(nil, i))
		for _, n := range []int{18, 24, 32} {
			if text := base64.StdEncoding.EncodeToString(sum[:n]); !encoded(text) {
				missed++
			}
		}
	}
	if missed > 60 {
		t.Errorf("%d of 1500 texts are quoted", missed)
	}
	for _, line := range lines {
		for _, got := range []string{Shown(line), Shown(" " + line), RenderOtherTrustDomain.With(line, "cluster.local").Text, StateName.With(line).Text} {
			if strings.Contains(got, line) {
				t.Errorf("%s: %s", line, got)
			}
		}
	}
	for _, text := range []string{
		"/Users/Runner/Documents/Repositories/Infrastructure", "linkerd-identity-issuer", "ClusterRoleBindingForLinkerdControlPlane", strings.Repeat("0123456789abcdef", 2),
		"MutatingWebhookConfiguration", "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq", "", "a", "validatingwebhookconfiguration/linkerd",
		"d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa", "D9298A10D1B0735837DC4BD85DAC641B0F3CEF27A47E5D53A54F2F3F5B2FCFFA", "0F9A1B",
		"SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDzsWUk5tPPm3lvdY8",
	} {
		if encoded(text) {
			t.Errorf("%q is not quoted", text)
		}
	}
}
