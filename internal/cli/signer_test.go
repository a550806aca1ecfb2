package cli

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// stubProgram writes a shell script and gives its path.
func stubProgram(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestKMS: a key that lives elsewhere and cannot be used refuses the
// start, says why without the PIN, and writes nothing.
func TestKMS(t *testing.T) {
	for name, c := range map[string]struct{ program, code, says string }{
		"no program": {filepath.Join(t.TempDir(), "absent"), "kms-program", "absent"},
		"no backend": {stubProgram(t, `echo '{"missing":"awskms"}'`), "kms-missing", "awskms"},
		"it fails":   {stubProgram(t, `echo '{"failed":"the token is locked"}'`), "kms-failed", "the token is locked"},
		"it dies":    {stubProgram(t, `exit 3`), "kms-program", "exit status 3"},
	} {
		path := walkState(t, "bundle/stable.yaml")
		before := snapshot(t, filepath.Dir(path))
		env := map[string]string{"L5D_PKI_KMS_PROGRAM": c.program}
		got := call(t, "", env, "start", "issuer", "-s", path, "--signer", "awskms:key-id=1?pin-value=CANARY")
		checkRefusal(t, got, c.code, c.says)
		if strings.Contains(got.stderr, "CANARY") {
			t.Errorf("%s: shows the PIN: %s", name, got.stderr)
		}
		if after := snapshot(t, filepath.Dir(path)); !maps.Equal(after, before) {
			t.Errorf("%s: files changed", name)
		}
	}
	path := walkState(t, "bundle/stable.yaml")
	both := call(t, "", nil, "start", "issuer", "-s", path, "--signer", "pkcs11:object=a", "--outgoing-key", absolute(t, []string{"pki/anchor-2025.key"})[0])
	checkRefusal(t, both, "kms-two-keys", "--signer and --outgoing-key")
}

// TestCSR: where the issuer's key is not at hand, the request
// stands for it.
func TestCSR(t *testing.T) {
	path := walkState(t, "bundle/stable.yaml")
	dir := filepath.Dir(path)
	request := filepath.Join(dir, "next.csr")
	made := call(t, "", nil, "start", "issuer", "-s", path, "--issuer-key", "keys/next.key", "--csr-out", request)
	if made.code != ExitDone {
		t.Fatal(made.stderr)
	}
	signed := filepath.Join(dir, "next.pem")
	answer(t, request, signed, "identity.linkerd.cluster.local")
	if err := os.RemoveAll(filepath.Join(dir, "keys")); err != nil { // the key left for where it lives
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		code string
	}{
		"another's answer": {[]string{"--csr", request, "--signed", "pki/issuer-2025-2.crt"}, "mint-signed-key"},
		"no answer":        {[]string{"--csr", request}, "cli-request-answer"},
		"no request":       {[]string{"--csr", signed, "--signed", signed}, "mint-request"},
	} {
		before := snapshot(t, dir)
		got := call(t, "", nil, append([]string{"start", "issuer", "-s", path}, absolute(t, c.args)...)...)
		checkRefusal(t, got, c.code, "")
		if after := snapshot(t, dir); !maps.Equal(after, before) {
			t.Errorf("%s: files changed", name)
		}
	}
	got := call(t, "", nil, "start", "issuer", "-s", path, "--csr", request, "--signed", signed, "--issuer-key", "keys/next.key")
	if got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	if last := s.Status.Issuers[len(s.Status.Issuers)-1]; last.Role != state.RoleIncoming || last.Key != "keys/next.key" {
		t.Errorf("%s %s", last.Role, last.Key)
	}
}

// answer is another CA: it signs the request with the anchor in force.
func answer(t *testing.T, request, signed, name string) {
	t.Helper()
	text, err := os.ReadFile(request)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key, err := pki.ParseKey([]byte(readFixture(t, "pki", "anchor-2025.key")))
	if err != nil {
		t.Fatal(err)
	}
	anchor, err := pki.ParseChain([]byte(readFixture(t, "pki", "anchor-2025.crt")))
	if err != nil {
		t.Fatal(err)
	}
	year := pki.PeriodAt(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), time.Hour, 365*24*time.Hour)
	issuer, err := pki.MintIssuer(csr.PublicKey, name, anchor[0], key, year, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(signed, issuer.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
}
