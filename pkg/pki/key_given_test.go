package pki

import (
	"bytes"
	"encoding/pem"
	"strings"
	"testing"
)

// TestKeysWithParameters: a key that a person brings may have around it what openssl
// and others write; two keys, or one that is damaged or locked, are refused.
func TestKeysWithParameters(t *testing.T) {
	key, other := string(sec1(testKey("k"))), string(pkcs8(testKey("l")))
	eight := string(pkcs8(testKey("k")))
	parameters := "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
	certificate := strings.TrimSpace(string(testAnchor("a").PEM())) + "\n"
	for name, c := range map[string]struct {
		text string
		want string // the key that is kept; "" for a refusal
	}{
		"before":                   {parameters + key, key},
		"behind":                   {key + parameters, key},
		"twice":                    {parameters + parameters + key, key},
		"PKCS #8":                  {parameters + eight, eight},
		"lines of Windows":         {strings.ReplaceAll(parameters+key, "\n", "\r\n"), key},
		"a byte order mark":        {"\xef\xbb\xbf" + parameters + key, key},
		"bag attributes":           {"Bag Attributes\n    localKeyID: 01\nKey Attributes: <No Attributes>\n" + eight, eight},
		"a dump in words":          {"Private-Key: (256 bit)\npriv:\n    00:11\n" + key, key},
		"its certificate":          {certificate + key, key},
		"its certificate behind":   {key + certificate, key},
		"its public key":           {key + "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n", key},
		"another key":              {parameters + key + other, ""},
		"the same key twice":       {key + key, ""},
		"parameters alone":         {parameters, ""},
		"a certificate alone":      {certificate, ""},
		"a damaged key":            {parameters + strings.Replace(key, "M", "!", 1), ""},
		"a cut key":                {parameters + key[:len(key)-40], ""},
		"a key under a passphrase": {parameters + strings.Replace(key, "\n", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n", 1), ""},
	} {
		k, err := ParseGivenKey([]byte(c.text))
		if (err == nil) != (c.want != "") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.want == "" {
			continue
		}
		got, _ := pem.Decode(k.PEM())
		want, _ := pem.Decode([]byte(c.want))
		if got == nil || got.Type != want.Type || !bytes.Equal(got.Bytes, want.Bytes) {
			t.Errorf("%s: another key", name)
		}
	}
}
