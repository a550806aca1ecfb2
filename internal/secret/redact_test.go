package secret

import (
	"encoding/base64"
	"testing"
)

func TestRedact(t *testing.T) {
	key := base64.StdEncoding.EncodeToString([]byte("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIJj3+CTXEl3mvvxqpYDExU/d2tR2Yw==\n"))
	for text, want := range map[string]string{
		"cannot open /usr/lib/softhsm/libsofthsm2.so: no such file": "",
		"no key 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd":  "",
		"":                             "",
		"Bad value: " + key:            "Bad value: …",
		"(" + key[:30] + ") ü " + key:  "(…) ü …",
		"tls.key=" + key + " and more": "tls.… and more",
	} {
		if want == "" {
			want = text
		}
		if got := Redact(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}
