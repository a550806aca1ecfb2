package kms

import (
	"slices"
	"testing"
)

func TestFiles(t *testing.T) {
	for uri, want := range map[string][]string{
		"": nil,
		"pkcs11:token=pki;object=root-2025?pin-source=/run/pin":                     {"pki", "root-2025", "/run/pin"},
		"pkcs11:module-path=./lib%20x.so;token=pki?pin-source=file:secrets/pin":     {"./lib x.so", "pki", "secrets/pin"},
		"cloudkms:projects/p/keys/k?credentials-file=gcp.json&pin-source=file:///x": {"projects/p/keys/k", "gcp.json", "/x"},
		"softkms:key.pem": {"key.pem"},
		"%zz=%zz":         {"%zz"},
	} {
		if got := Files(uri); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}
