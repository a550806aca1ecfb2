package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ask is one request to serve.
func ask(t *testing.T, q request) reply {
	t.Helper()
	text, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := serve(bytes.NewReader(text), &out); err != nil {
		t.Fatal(err)
	}
	var r reply
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v: %s", err, out.Bytes())
	}
	return r
}

// checkSigns: the key of the URI signs a digest (Ed25519: a message) so that
// its public key verifies it.
func checkSigns(t *testing.T, uri string) crypto.PublicKey {
	t.Helper()
	r := ask(t, request{Op: "public", URI: uri})
	public, err := x509.ParsePKIXPublicKey(r.PublicKey)
	if err != nil {
		t.Fatalf("%v: %+v", err, r)
	}
	digest := crypto.SHA256.New().Sum(nil)
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		r = ask(t, request{Op: "sign", URI: uri, Hash: "SHA-256", Digest: digest})
		if !ecdsa.VerifyASN1(key, digest, r.Signature) {
			t.Errorf("%s: no signature that verifies: %s", uri, r.Failed)
		}
	case ed25519.PublicKey:
		r = ask(t, request{Op: "sign", URI: uri, Digest: []byte("to be signed")})
		if !ed25519.Verify(key, []byte("to be signed"), r.Signature) {
			t.Errorf("%s: no signature that verifies: %s", uri, r.Failed)
		}
	default:
		t.Fatalf("%T", public)
	}
	return public
}

// p256File writes a new key, PKCS #8 PEM, and gives its path.
func p256File(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "root.key")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// need skips, loudly, where a real program is not installed.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("!!!!!! NOT TESTED: %s is not installed", program)
	}
	return path
}

func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// programs builds l5d-pki-render and this program, with the tags of this test,
// into one folder.
func programs(t *testing.T, tags string) string {
	t.Helper()
	bin := t.TempDir()
	for dir, args := range map[string][]string{
		".":     {"build", "-tags", tags, "-o", filepath.Join(bin, "l5d-pki-render-kms"), "."},
		"../..": {"build", "-o", bin + "/", "./cmd/l5d-pki-render", "./cmd/l5d-pki-render-full"},
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	return bin
}

// checkRotation begins a rotation of a mesh whose anchor has the key of the
// URI: first the anchor itself is made with it, then, in the next rotation, it
// certifies its successor, and an issuer. All of it runs as users run it.
func checkRotation(t *testing.T, tags, uri string, env ...string) {
	t.Helper()
	bin := programs(t, tags)
	dir := t.TempDir()
	state := filepath.Join(dir, "rotation.yaml")
	render := func(args ...string) string {
		return run(t, append(env, "PATH="+bin+":"+os.Getenv("PATH")), filepath.Join(bin, "l5d-pki-render"), append(args, "-s", state)...)
	}
	seen := func(codes ...string) []string {
		words := []string{"--because", "a test without a cluster", "--force"} // no time passes here, and the log would say so
		for _, code := range codes {
			words = append(words, "--assume", code)
		}
		return words
	}
	render("init", "--new", "--linkerd-version", "2.18", "--custody", "file")
	render("start", "anchor", "--anchor-signer", uri)
	for range 4 { // by cross-sign, since the first anchor has its key in a file
		render(append([]string{"advance"}, seen("BUNDLE-DELIVERED", "BUNDLE-LOADED", "ISSUER-LOADED", "LEAVES-RENEWED")...)...)
	}
	text, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "role: outgoing") || !strings.Contains(string(text), "phase: stable") {
		t.Fatalf("the first rotation did not end:\n%s", text)
	}
	render(append([]string{"start", "anchor", "--strategy", "cross-sign", "--signer", uri}, seen("RETIRED-GONE")...)...)
	render("prove")
	back := render(append([]string{"back", "--abandon"}, seen("ISSUER-LOADED", "LEAVES-RENEWED", "BUNDLE-LOADED")...)...)
	if !strings.Contains(back, "stable") {
		t.Fatal(back)
	}
	render(append([]string{"start", "issuer", "--signer", uri}, seen("RETIRED-GONE")...)...)
}
