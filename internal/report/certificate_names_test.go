package report

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
)

// TestRedact: certificates are named in every form that YAML gives them, other
// blocks by their type, and no body is left.
func TestWithoutPEM(t *testing.T) {
	crt, key := testkit.Read(t, "../../fixtures/pki", "issuer-2025-1.crt"), testkit.Read(t, "../../fixtures/pki", "issuer-2025-1.key")
	quoted, err := json.Marshal(crt)
	if err != nil {
		t.Fatal(err)
	}
	indented := strings.ReplaceAll(strings.TrimSpace(crt), "\n", "\n    ")
	in64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	const name = "[certificate identity.linkerd.cluster.local, "
	for _, c := range []struct{ name, in, want string }{
		{"block literal", "a: |-\n    " + indented + "\nb: 1\n", "a: |-\n    " + name},
		{"what follows stays", "a: |\n  " + strings.TrimSpace(crt) + "\nb: 1\n", "Z]\nb: 1\n"},
		{"CRLF", strings.ReplaceAll(crt, "\n", "\r\n"), name},
		{"quoted", "a: " + string(quoted) + "\n", "a: \"" + name},
		{"base64", "crt.pem: " + in64(crt), "crt.pem: " + name},
		{"base64 behind a comment", "caBundle: " + in64("# webhook CA\n"+crt), "caBundle: " + name},
		{"chain in base64", in64(crt + crt), "] " + name},
		{"key", key, "[ec private key]"},
		{"key in base64", "key.pem: " + in64(key), "key.pem: [ec private key]"},
		{"damaged", strings.Replace(crt, "MII", "AAA", 1), "[damaged certificate]"},
		{"cut off", "a: |\n  " + crt[:200] + "\n", "[damaged certificate]\n"},
		{"no PEM", "checksum/config: " + strings.Repeat("0123456789abcdef", 4), "checksum/config: " + strings.Repeat("0123456789abcdef", 4)},
		{"validity", crt, "until 2034-01-01T00:00:00Z]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := WithoutPEM(c.in)
			if !strings.Contains(got, c.want) {
				t.Errorf("redacted to %q, want %q in it", got, c.want)
			}
			if strings.Contains(got, "-----") || strings.Contains(got, "LS0tLS1") || strings.Contains(got, "MII") || strings.Contains(got, "MHc") {
				t.Errorf("a body is left: %q", got)
			}
		})
	}
}
