package secret

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

// TestForm: what a finding says, and where it is.
func TestForm(t *testing.T) {
	key := inPEM("PRIVATE KEY", edPKCS8)
	d := base64.RawURLEncoding.EncodeToString(noise(32))
	body := strings.Repeat("MHcCAQEEIBvX", 8)
	for name, c := range map[string]struct{ before, planted, want string }{
		"PEM":                  {"a: |\n  ", key, "PEM private key"},
		"base64":               {"a: ", b64(key), "base64 of a PEM private key"},
		"Helm release":         {"release: ", b64(b64(gz(key))), "base64 of base64 of gzip of a PEM private key"},
		"hexadecimal":          {"key: ", hex.EncodeToString(edPKCS8), "hexadecimal of a DER private key"},
		"damaged":              {"", "-----BEGIN EC PRIVATE KEY-----\n" + body + "\n-----END EC PRIVATE KEY-----", "PEM private key"},
		"old encryption":       {"", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n" + body + "\n-----END RSA PRIVATE KEY-----", "encrypted PEM private key"},
		"encrypted PKCS #8":    {"", inPEM("ENCRYPTED PRIVATE KEY", encryptedPKCS8), "encrypted PEM private key"},
		"the same in DER":      {"x", string(encryptedPKCS8), "encrypted DER private key"},
		"PKCS #12":             {"x", pkcs12Head, "PKCS #12 container"},
		"PKCS #12 in base64":   {"x: ", b64(pkcs12Head + string(noise(200))), "base64 of a PKCS #12 container"},
		"OpenSSH":              {"", inPEM("OPENSSH PRIVATE KEY", append([]byte("openssh-key-v1\x00"), noise(90)...)), "OpenSSH private key"},
		"PGP":                  {"", "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\nlQ" + body + "\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----", "PGP private key"},
		"ssh.com":              {"", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: \"x\"\n" + body + "\n---- END SSH2 ENCRYPTED PRIVATE KEY ----", "encrypted PEM private key"},
		"PuTTY":                {"", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n" + d + "\n", "PuTTY private key"},
		"JWK":                  {"x: ", `{"kty":"OKP","crv":"Ed25519","x":"` + d + `","d":"` + d + `"}`, "JSON Web Key with its private part"},
		"JWK, d first":         {"x: ", `{"d":"` + d + `","kty":"OKP","crv":"Ed25519"}`, "JSON Web Key with its private part"},
		"JWK in a string":      {"x: ", `{\"kty\": \"EC\", \"d\": \"` + d + `\"}`, "JSON Web Key with its private part"},
		"age":                  {"key=", "AGE-SECRET-KEY-1" + strings.Repeat("QPZ4", 14) + "QP", "age identity"},
		"age in small letters": {"key=", "age-secret-key-1" + strings.Repeat("qpz4", 14) + "qp", "age identity"},
		"age, hybrid":          {"key=", "AGE-SECRET-KEY-PQ-1" + strings.Repeat("QPZ4", 14), "age identity"},
		"age plugin":           {"key=", "AGE-PLUGIN-YUBIKEY-1QQPQPZ4QP", "age identity"},
		"age in base64":        {"key: ", b64("AGE-SECRET-KEY-1" + strings.Repeat("QPZ4", 14) + "QP"), "base64 of an age identity"},
		"Java keystore":        {"x", "\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x01\x00\x01a", "Java keystore"},
	} {
		t.Run(name, func(t *testing.T) {
			found := Find([]byte(c.before + c.planted + "\n"))
			if len(found) != 1 || found[0].Form != c.want || found[0].Offset != int64(len(c.before)) {
				t.Errorf("%+v, want %q at %d", found, c.want, len(c.before))
			}
		})
	}
}

// encryptedPKCS8 has the structure of PBES2 and no key.
var encryptedPKCS8 = must(hex.DecodeString("3031" + "301b" + "06092a864886f70d01050d" + "300e" + "06092a864886f70d01050c" + "0401aa" + "0412" + strings.Repeat("ab", 18)))

// pkcs12Head begins a container of indefinite length.
const pkcs12Head = "\x30\x80\x02\x01\x03\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"

// TestNoKey: what only looks like a key.
func TestNoKey(t *testing.T) {
	for name, text := range map[string]string{
		"prose":              "A file that begins with -----BEGIN PRIVATE KEY----- has a key, and one that begins with another line has none at all.",
		"source":             "const header = \"-----BEGIN PRIVATE KEY-----\"\nconst other = \"-----BEGIN EC PRIVATE KEY-----\\n\" + body + \"\\n-----END EC PRIVATE KEY-----\"\n",
		"pattern":            "-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\\s]+-----END [A-Z ]*PRIVATE KEY-----",
		"dots":               "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
		"begin and dots":     "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB...\n-----END PRIVATE KEY-----",
		"placeholder":        "-----BEGIN PRIVATE KEY-----\n<key>\n-----END PRIVATE KEY-----",
		"template":           "-----BEGIN PRIVATE KEY-----\n{{ .Values.abcdefghijklmnopqrstuvwxyzabcdefgh }}\n-----END PRIVATE KEY-----",
		"redacted":           "-----BEGIN PRIVATE KEY-----\nREDACTEDREDACTEDREDACTEDREDACTEDREDACTED\n-----END PRIVATE KEY-----",
		"certificate":        inPEM("CERTIFICATE", noise(400)),
		"public key":         inPEM("PUBLIC KEY", noise(91)),
		"age file":           inPEM("AGE ENCRYPTED FILE", noise(300)),
		"sealed":             "encryptedData:\n  tls.key: AgB" + b64(string(noise(600))) + "\n",
		"SOPS":               "tls.key: ENC[AES256_GCM,data:" + b64(string(noise(300))) + ",iv:" + b64(string(noise(32))) + ",tag:x,type:str]",
		"fingerprint":        hex.EncodeToString(noise(32)),
		"SHA-512":            hex.EncodeToString(noise(64)),
		"identity in a page": "AGE-SECRET-KEY-1... and AGE-SECRET-KEY-1XXXXXXXXXXX and AGE-SECRET-KEY-1 is how it begins",
		"recipients":         "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
		"public JWK":         `{"kty":"EC","crv":"P-256","x":"` + b64(string(noise(32))) + `","y":"abc","kid":"d"}`,
		"trust store":        "\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			if found := Find([]byte(text)); len(found) > 0 {
				t.Errorf("%+v", found)
			}
		})
	}
}

// TestRedactKeys: nothing of a key is left, whatever text it is quoted in.
func TestRedactKeys(t *testing.T) {
	for kind, key := range keyTexts() {
		for _, e := range append(append(encodings(), pemForms()...), lineForms()...) {
			if !strings.HasPrefix(key, "-----") || strings.Contains(e.name, "UTF") {
				continue
			}
			quoted := "cannot parse " + e.encode(key) + " here"
			for what, redacted := range map[string]string{"Redact": Redact(quoted), "Cut": Cut(quoted)} {
				if !strings.HasPrefix(redacted, "cannot ") && strings.HasPrefix(quoted, "cannot parse \"") {
					t.Errorf("%s %s: %s made %.80q", kind, e.name, what, redacted)
				}
				if len(Find([]byte(redacted))) > 0 || hasPart(redacted, key) || hasPart(redacted, b64(key)) {
					t.Errorf("%s %s: %s left %.200q", kind, e.name, what, redacted)
				}
			}
		}
	}
}

// hasPart reports whether a line of a text is in another one.
func hasPart(text, of string) bool {
	for ; len(of) >= 32; of = of[16:] {
		if strings.Contains(text, of[:16]) && !strings.Contains(of[:16], "-") {
			return true
		}
	}
	return false
}
