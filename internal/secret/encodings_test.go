package secret_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
)

// TestFindInAnyEncoding: a private key is found in clear, in base64 at each place of
// a group, and broken over lines; certificates and public keys are none.
func TestFindInAnyEncoding(t *testing.T) {
	key := testkit.Read(t, "../../fixtures/pki", "issuer-2025-1.key")
	crt := testkit.Read(t, "../../fixtures/pki", "issuer-2025-1.crt")
	in64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	wrapped := func(text string, width int) string {
		var lines []string
		for ; len(text) > width; text = text[width:] {
			lines = append(lines, text[:width])
		}
		return strings.Join(append(lines, text), "\n    ")
	}
	quoted, _ := json.Marshal(key)
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"empty", "", false},
		{"certificate", crt, false},
		{"certificate in base64", in64(crt), false},
		{"public key", "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n", false},
		{"talk about keys", "# the private key is elsewhere\n", false},
		{"key", key, true},
		{"PKCS #8", strings.ReplaceAll(key, "EC PRIVATE", "PRIVATE"), true},
		{"indented", "a: |\n    " + strings.ReplaceAll(key, "\n", "\n    "), true},
		{"quoted", string(quoted), true},
		{"base64", in64(key), true},
		{"base64, one before", in64("\n" + key), true},
		{"base64, two before", in64("# " + key), true},
		{"base64, wrapped", wrapped(in64(key), 12), true},
		{"base64 URL form", base64.URLEncoding.EncodeToString([]byte(key)), true},
		{"base64 behind a certificate", in64(crt + key), true},
		{"identity of age", "AGE-SECRET-KEY-1QQQQ", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := len(secret.Find([]byte(c.text))) > 0; got != c.want {
				t.Errorf("found is %v", got)
			}
		})
	}
}
