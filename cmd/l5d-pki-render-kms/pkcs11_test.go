//go:build pkcs11 && cgo

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// softHSM is where Debian's libsofthsm2 puts its PKCS #11 module.
const softHSM = "/usr/lib/softhsm/libsofthsm2.so"

// TestPKCS11: a rotation with a key that was made in SoftHSM and never leaves it.
func TestPKCS11(t *testing.T) {
	token, tool := need(t, "softhsm2-util"), need(t, "pkcs11-tool")
	dir := t.TempDir()
	conf, pin := filepath.Join(dir, "softhsm2.conf"), filepath.Join(dir, "pin")
	tokens := filepath.Join(dir, "tokens")
	for path, text := range map[string]string{conf: "directories.tokendir = " + tokens + "\n", pin: "1234"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(tokens, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", conf)
	run(t, nil, token, "--init-token", "--free", "--label", "pki", "--so-pin", "5678", "--pin", "1234")
	run(t, nil, tool, "--module", softHSM, "--token-label", "pki", "--login", "--pin", "1234",
		"--keypairgen", "--key-type", "EC:prime256v1", "--id", "01", "--label", "root", "--usage-sign")
	uri := "pkcs11:module-path=" + softHSM + ";token=pki;object=root?pin-source=" + pin
	checkSigns(t, uri)
	checkRotation(t, "pkcs11", uri, "SOFTHSM2_CONF="+conf)
}
