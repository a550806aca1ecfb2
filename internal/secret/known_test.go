package secret

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

// TestKnown: a key that is known is found in every form that a key is found in, and
// without its format.
func TestKnown(t *testing.T) {
	d := must(ecKey.Bytes())
	for name, key := range keyTexts() {
		if !strings.HasPrefix(key, "-----") {
			continue
		}
		known := NewKnown([]byte("no key"), []byte(key))
		for _, form := range append(append(encodings(), pemForms()...), lineForms()...) {
			if text := "a: " + form.encode(key) + "\nb: c\n"; !known.In([]byte(text)) {
				t.Errorf("%s, %s: not found in %q", name, form.name, text[:min(len(text), 300)])
			}
		}
	}
	known := NewKnown([]byte(inPEM("PRIVATE KEY", ecPKCS8)))
	url := base64.RawURLEncoding.EncodeToString
	body := base64.StdEncoding.EncodeToString(ecPKCS8)
	for name, text := range map[string]string{
		"the other format":       inPEM("EC PRIVATE KEY", ecSEC1),
		"DER":                    "x" + string(ecSEC1),
		"the number":             "x" + string(d) + "y",
		"in a JWK":               `{"kty":"EC","d":"` + url(d) + `"}`,
		"the number in base64":   "d = " + url(d),
		"behind a byte":          "d = " + url(append([]byte{7}, d...)),
		"behind two bytes":       "d = " + url(append([]byte{7, 8}, d...)),
		"in hexadecimal":         "d = " + hex.EncodeToString(d),
		"in capitals, by colons": "priv: " + strings.ToUpper(wrap(hex.EncodeToString(d), 2, ":")),
		"as an array":            "{0x" + wrap(hex.EncodeToString(d), 2, ", 0x") + "}",
		"the first half":         "a: " + body[:len(body)/2],
		"the second half":        "b: " + hex.EncodeToString(d[16:]),
		"in lines of a list":     "- " + wrap(body, 40, "\n- "),
		"base64 of its base64":   "a: " + b64("b: "+url(d)+strings.Repeat(" and words", 5)),
		"as escapes":             `a: "\x` + wrap(hex.EncodeToString(d), 2, `\x`) + `"`,
		"in many encodings":      strings.Repeat("words\n", 20) + encodedTimes(maxDepth+2, body),
	} {
		if !known.In([]byte(text)) {
			t.Errorf("%s: not found in %q", name, text)
		}
	}
}

func encodedTimes(n int, text string) string {
	for range n {
		text = b64(text)
	}
	return text
}

// TestKnownOnly: neither another key nor what is public of the key is found.
func TestKnownOnly(t *testing.T) {
	known := NewKnown([]byte(inPEM("PRIVATE KEY", ecPKCS8)), []byte(inPEM("RSA PRIVATE KEY", rsaPKCS1)))
	other := must(ecdsa.ParseRawPrivateKey(elliptic.P256(), seeded("another", 32)))
	for name, text := range map[string]string{
		"another key":            inPEM("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(other))),
		"the public key":         inPEM("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(&ecKey.PublicKey))),
		"the public RSA key":     inPEM("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(&rsaKey.PublicKey))),
		"the modulus":            hex.EncodeToString(rsaKey.N.Bytes()),
		"data that is not read":  "\x28\xb5\x2f\xfd" + string(noise(500)),
		"words":                  strings.Repeat("apiVersion: v1\nkind: ConfigMap\n", 100),
		"the begin of every key": b64(string(ecPKCS8[:36])),
	} {
		if known.In([]byte(text)) {
			t.Errorf("found in %s", name)
		}
	}
	if NewKnown().In([]byte(inPEM("PRIVATE KEY", ecPKCS8))) {
		t.Error("found without a key to look for")
	}
}

// TestKnownWithoutNumber: a key of a format that has no number here is found whole.
func TestKnownWithoutNumber(t *testing.T) {
	key := inPEM("ENCRYPTED PRIVATE KEY", encryptedPKCS8)
	known := NewKnown([]byte(key))
	if !known.In([]byte("a: |\n  "+strings.ReplaceAll(key, "\n", "\n  "))) || known.In([]byte("a: b")) {
		t.Error("an encrypted key is not found, or everywhere")
	}
}
