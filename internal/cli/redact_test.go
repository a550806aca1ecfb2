package cli

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

// TestRedact: certificates are named in every form that YAML gives them, other
// blocks by their type, and no body is left.
func TestRedact(t *testing.T) {
	crt, key := readFixture(t, "pki", "issuer-2025-1.crt"), readFixture(t, "pki", "issuer-2025-1.key")
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
			got := redact(c.in)
			if !strings.Contains(got, c.want) {
				t.Errorf("redacted to %q, want %q in it", got, c.want)
			}
			if strings.Contains(got, "-----") || strings.Contains(got, "LS0tLS1") || strings.Contains(got, "MII") || strings.Contains(got, "MHc") {
				t.Errorf("a body is left: %q", got)
			}
		})
	}
}

// TestHoldsSecret: a private key is found in clear, in base64 at each place of
// a group, and broken over lines; certificates and public keys are none.
func TestHoldsSecret(t *testing.T) {
	key := readFixture(t, "pki", "issuer-2025-1.key")
	crt := readFixture(t, "pki", "issuer-2025-1.crt")
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
			if got := holdsSecret([]byte(c.text)); got != c.want {
				t.Errorf("holdsSecret is %v", got)
			}
		})
	}
}
