package secret

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// TestPieces: of a key that was cut, the part that has most of its secret is found.
func TestPieces(t *testing.T) {
	half := func(der []byte) string { return b64(string(der))[:len(b64(string(der)))/2] }
	lines := strings.SplitAfter(inPEM("RSA PRIVATE KEY", rsaPKCS1), "\n")
	identity := "AGE-SECRET-KEY-1" + strings.Repeat("QPZ4", 14) + "QP"
	for name, text := range map[string]string{
		"two variables": "K1=" + half(ecPKCS8) + "\nK2=x\n", "two variables, SEC 1": "K1=" + half(ecSEC1) + "\nK2=x\n", "RSA": "a: " + half(rsaPKCS8) + "\n", "PKCS #1": "a: " + half(rsaPKCS1) + "\n", "DER": string(rsaPKCS1[:700]),
		"the last lines": strings.Join(lines[len(lines)-8:], ""), "the last lines in a patch": "@@ -20,6 +20,6 @@\n+" + strings.Join(lines[len(lines)-8:], "+"), "the last lines in YAML": "a: |\n  " + strings.Join(lines[3:], "  "), "the last lines in a log": "F " + strings.Join(lines[9:], "F "),
		"strings that are joined": `k := "` + identity[:16] + `" + "` + identity[16:] + `"`, "strings that follow one another": "k = ('" + identity[:15] + "'\n  '" + identity[15:] + "')", "strings of PHP": `"` + identity[:16] + `" . "` + identity[16:] + `"`,
		"strings of Python": "k = (b'" + strings.ReplaceAll(some("", `\x%02x`, `\'`).encode(string(ecPKCS8[:60])), "\n", "") + "'\n   b\"" + some("", `\x%02x`, `\"`).encode(string(ecPKCS8[60:])) + "\")",
	} {
		if found := Find([]byte(text)); len(found) == 0 {
			t.Errorf("%s: not found in %.200q", name, text)
		}
	}
	public := must(x509.MarshalPKIXPublicKey(&rsaKey.PublicKey))
	certificate := strings.SplitAfter(inPEM("CERTIFICATE", noise(700)), "\n")
	for name, text := range map[string]string{
		"a public key": "a: " + half(public), "the begin of every key": "a: " + b64(string(ecPKCS8[:36])) + strings.Repeat("A", 20), "the first line of a page": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj...",
		"a certificate's last lines": strings.Join(certificate[4:], "") + "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n", "a certificate before a marker": strings.Join(certificate, "") + "-----END PRIVATE KEY-----\n",
		"words before a marker": "a few lines of text, none of which is a part\nof a key, stand before this one\n-----END PRIVATE KEY-----\n", "an identity's name": `"AGE-SECRET-KEY-" + name`,
	} {
		if found := Find([]byte(text)); len(found) > 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// TestNames: what has the markers of PEM is called PEM, whichever letters a key has: short
// keys with few small letters or capitals too.
func TestNames(t *testing.T) {
	for i := range 60 {
		der := must(x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(seeded(fmt.Sprint("name", i), ed25519.SeedSize))))
		for _, e := range append(pemForms(), lineForms()...) {
			if e.name == "body without markers" {
				continue
			}
			found := Find([]byte("some: words\nkey: " + e.encode(inPEM("PRIVATE KEY", der)) + "\nmore: words\n"))
			if len(found) != 1 || !strings.HasSuffix(found[0].Form, "PEM private key") {
				t.Errorf("%s of %s: %+v", e.name, base64.StdEncoding.EncodeToString(der), found)
			}
		}
	}
}
