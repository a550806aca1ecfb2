package secret

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
)

// numbers are bytes in decimal, with what stands between them.
func numbers(text, glue string, signed bool) string {
	var out []string
	for _, c := range []byte(text) {
		if signed {
			out = append(out, fmt.Sprint(int8(c)))
		} else {
			out = append(out, fmt.Sprint(c))
		}
	}
	return strings.Join(out, glue)
}

// pgpSecret is the begin of a secret key packet of version 4 with RSA.
func pgpSecret() string {
	body := append([]byte{4, 0x65, 0, 0, 1, 1, 0x08, 0}, rsaKey.N.Bytes()...)
	body = append(append(body, 0, 17, 1, 0, 1), make([]byte, 400)...)
	return string(binary.BigEndian.AppendUint16([]byte{0x95}, uint16(len(body)))) + string(body)
}

// ber is a sequence of DER with a length that is not told.
func ber(der []byte, header int) string { return "\x30\x80" + string(der[header:]) + "\x00\x00" }

// TestOtherForms: forms that programs read, beside PEM and DER.
func TestOtherForms(t *testing.T) {
	scalar, err := ecKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	d := base64.RawURLEncoding.EncodeToString(scalar)
	xyz := base64.StdEncoding.EncodeToString(rsaKey.D.Bytes())
	ec := inPEM("EC PRIVATE KEY", ecSEC1)
	xz := "\xfd7zXZ\x00\x00\x04" + string(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte{0, 4}))) + "rest"
	for name, text := range map[string]string{
		"BER Ed25519": ber(edPKCS8, 2), "BER Ed25519 in base64": b64(ber(edPKCS8, 2)), "BER PKCS #1": ber(rsaPKCS1, 4), "BER PKCS #8": "x" + ber(rsaPKCS8, 4),
		"OpenPGP": pgpSecret(), "OpenPGP in base64": b64(pgpSecret()), "OpenPGP behind text": "text\n" + pgpSecret(),
		"GnuPG": "Key: (private-key (rsa (n #00C1#)", "GnuPG protected": "(21:protected-private-key(3:ecc(5:curve7:Ed25519", "GnuPG clear": "(11:private-key(3:rsa(1:n257:x",
		"JWK object between": `{"kty":"EC","ext":{"a":{}},"d":"` + d + `"}`, "JWK brace in a string": `{"kty":"EC","kid":"a}b","d":"` + d + `"}`, "JWK brace before": `{"d":"` + d + `","kid":"a{b","kty":"EC"}`,
		"JWK quotes": `{'kid':'}','kty':'EC','x':'}','d':'` + d + `'}`, "JWK escaped d": `{"kty":"EC","\u0064":"` + d + `"}`, "JWK escaped kty": `{"k\u0074y":"EC","d":"` + d + `"}`,
		"JWK folded": "kty: EC\nd: >-\n  " + d + "\n", "JWK tag": "kty: EC\nd: !!str " + d, "JWK anchor": "kty: EC\nd: &a " + d, "JWK all": "kty: EC\nd: &a !!str |\n  " + d,
		"PEM <br>": strings.ReplaceAll(ec, "\n", "<br>"), "PEM <br/>": strings.ReplaceAll(ec, "\n", "<br />\n"), "PEM variable": strings.ReplaceAll(ec, "\n", "${NL}"),
		"encrypted PEM with a note": "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nX-Note: see <https://x>\nDEK-Info: A,B\n\n" + wrap(b64(strings.Repeat(string(rsaPKCS8[40:300]), 2)), 64, "\n") + "\n-----END RSA PRIVATE KEY-----\n",
		"Node":                      `{"type":"Buffer","data":[` + numbers(ec, ",", false) + `]}`, "Go": "var K = []byte{" + numbers(string(edPKCS8), ", ", false) + "}", "Java": "{" + numbers(string(ecPKCS8), ", ", true) + "}", "lines of numbers": numbers(string(edPKCS8), ",\n", false),
		".NET": "<RSAKeyValue><Modulus>x</Modulus><D>" + xyz + "</D></RSAKeyValue>", "MSBLOB": "\x07\x02\x00\x00\x00\xa4\x00\x00RSA2\x00\x08" + string(rsaPKCS8[:60]), "PVK": "\x1e\xf1\xb5\xb0\x00\x00\x00\x00" + string(rsaPKCS8[:60]),
		"base32": base32.StdEncoding.EncodeToString([]byte(ec)), "base32 DER": base32.StdEncoding.EncodeToString(edPKCS8),
		"xz": xz, "zip of LZMA": "PK\x03\x04\x3f\x00\x00\x00\x0e\x00" + strings.Repeat("\x00", 16) + "\x05\x00\x00\x00k.pemdata", "zstd": "\x28\xb5\x2f\xfd" + strings.Repeat("\x00", 9), "lzma": "\x5d\x00\x00\x80\x00" + strings.Repeat("\xff", 8) + "\x00x",
	} {
		if len(Find([]byte(text))) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
	for name, text := range map[string]string{
		"a public JWK": `{"kty":"EC","x":"` + d + `"},{"id":"` + d + `"}`, "shadowed": "(20:shadowed-private-key(3:rsa(1:n257:x", "a page": "(private-key) (private-key (see below))",
		"a public key of .NET": "<RSAKeyValue><Modulus>" + xyz + "</Modulus></RSAKeyValue>", "numbers": numbers(strings.Repeat("text ", 80), ", ", false), "magic in a text": "an xz file begins with fd7zXZ and 7z\xbc\xaf\x27\x1c",
		"a page's PEM": "-----BEGIN RSA PRIVATE KEY-----\n<your key>\n-----END RSA PRIVATE KEY-----\n", "a variable": "-----BEGIN PRIVATE KEY-----\n${KEY}\n-----END PRIVATE KEY-----\n",
	} {
		if found := Find([]byte(text)); len(found) > 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
