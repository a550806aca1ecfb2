package secret

import "testing"

// TestKeyInOtherClothes: what is around a key, or what it is called, hides none.
func TestKeyInOtherClothes(t *testing.T) {
	key := inPEM("PRIVATE KEY", edPKCS8)
	body := b64(string(edPKCS8))
	armor := func(label string) string {
		return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n"
	}
	for name, text := range map[string]string{
		"in an age armor":           armor("AGE ENCRYPTED FILE"),
		"in a PGP message":          armor("PGP MESSAGE"),
		"as a certificate":          armor("CERTIFICATE"),
		"as a public key":           armor("PUBLIC KEY"),
		"behind an age file":        "age-encryption.org/v1\n-> X25519 abc\nxyz\n--- mac\n" + key,
		"in what sops would write":  "data:\n  tls.key: ENC[AES256_GCM,data:" + body + ",type:str]\n",
		"in what kubeseal would":    "spec:\n  encryptedData:\n    tls.key: " + body + "\n",
		"in what looks like a JWE":  "eyJhbGciOiJkaXIifQ.." + body + ".x.y",
		"behind a certificate":      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" + key,
		"in a Secret's stringData":  "stringData:\n  a: |\n    " + key[:27] + "\n    " + body + "\n",
		"in an annotation's JSON":   `{"metadata":{"annotations":{"x":"` + body + `"}}}`,
		"behind 300 kB of anything": string(make([]byte, 300_000)) + key,
	} {
		if len(Find([]byte(text))) == 0 {
			t.Errorf("%s: not found", name)
		}
	}
}

// TestBehindBeginByChance: what decompresses to something before it fails may be no compressed
// data, and hides none that begins in it.
func TestBehindBeginByChance(t *testing.T) {
	key := inPEM("PRIVATE KEY", edPKCS8)
	for name, c := range map[string]struct{ begin, packed string }{
		"zlib": {"x\x9c", zl(key)}, "gzip": {gz("")[:10], gz(key)},
		"zip": {zipped("")[:30], zipped(key)}, "a PGP message": {"\xa3\x01", "\xa3\x01" + zl(key)[2:]},
	} {
		random := string(noise(8 * 300))
		for at := 0; at < len(random); at += 8 {
			if found := Find([]byte(c.begin + random[at:at+8] + c.packed)); len(found) == 0 {
				t.Errorf("%s: not found behind %q", name, random[at:at+8])
			}
		}
	}
}
