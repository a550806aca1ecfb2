package cli

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sealingCertificate writes a certificate that keys can be sealed to.
func sealingCertificate(t *testing.T, path string) {
	t.Helper()
	key := must(t, func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sealed-secrets"}, NotAfter: time.Now().Add(time.Hour)}
	der := must(t, func() ([]byte, error) {
		return x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	})
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestLeaksRef: canary keys with the custodies whose keys only the cluster has.
// The programs that are given a key here do their worst with it: they tell it,
// whole and in parts, in every form that they have it in.
func TestLeaksRef(t *testing.T) {
	stream := readFixture(t, "rotation", "input.yaml")
	babblers := map[string]string{
		"tells all":      `cat >&2; exit 1`,
		"in one line":    `tr '\n' ' ' >&2; exit 1`,
		"behind a word":  `sed -n 's/.*tls.key: /bad value: /p' >&2; exit 1`,
		"in clear":       `sed -n 's/.*tls.key: //p' | base64 -d | tr '\n' ' ' >&2; exit 1`,
		"a part of it":   `sed -n 's/.*tls.key: //p' | base64 -d | sed -n '2p' | cut -c3-60 >&2; exit 1`,
		"as its output":  `cat`,
		"in a SealedKey": `sed 's/kind: Secret/kind: SealedSecret/; s/apiVersion: v1/apiVersion: bitnami.com\/v1alpha1/'`,
	}
	t.Run("sealed-secret", func(t *testing.T) {
		w := newLeakWorld(t)
		sealingCertificate(t, filepath.Join(w.repository, "sealing.crt"))
		w.twin("start", "issuer")
		w.setCustody("custody: {kind: sealed-secret, certificate: sealing.crt}")
		for name, script := range babblers {
			env := map[string]string{"L5D_PKI_KUBESEAL_PROGRAM": stubProgram(t, script)}
			for _, args := range [][]string{{"custody", "rewrap", "--from", "file"}, {"start", "issuer", "--outgoing-key", filepath.Join(w.plain, "2026.key")}} {
				if r := w.watch(false, env, "", args...); r.code == ExitDone {
					t.Errorf("%s: %v took what it said", name, args)
				}
			}
		}
		w.watch(false, nil, stream, "post-render")
		w.watch(false, nil, stream, "post-render", "--with-keys")
		w.watchEverywhere(nil)
	})
	t.Run("external-secret", func(t *testing.T) {
		w := newLeakWorld(t)
		w.twin("start", "issuer")
		w.setCustody("custody: {kind: external-secret, store: vault}")
		key := filepath.Join(w.plain, "2026.key")
		w.watch(false, nil, stream, "post-render")
		w.watch(false, nil, stream, "post-render", "--with-keys")
		w.watch(false, nil, "", "manifests")
		w.watch(false, nil, "", "start", "issuer", "--outgoing-key", key)
		w.watch(false, nil, "", "start", "issuer", "--outgoing-key", key, "--key-out", w.repository)
		w.watch(false, nil, "", "start", "issuer", "--outgoing-key", key, "--key-out", filepath.Join(w.repository, "deep", "down"))
		w.watchEverywhere(nil)
		if err := os.Remove(filepath.Join(w.plain, "2026-2.key")); err != nil { // the twin's: this custody writes it anew
			t.Fatal(err)
		}
		if r := w.watch(false, nil, "", "start", "issuer", "--outgoing-key", key, "--key-out", w.plain); r.code != ExitDone || !strings.Contains(r.stderr, "2026-2.key") {
			t.Errorf("%d %s", r.code, r.stderr)
		}
		w.watch(false, nil, "", "manifests")
	})
	t.Run("cert-manager", func(t *testing.T) {
		w := newLeakWorld(t)
		w.setCustody("custody: {kind: cert-manager}")
		key := filepath.Join(w.plain, "2026.key")
		w.watch(false, nil, stream, "post-render", "--with-keys")
		w.watch(false, nil, "", "manifests")
		w.watch(false, nil, "", "custody", "incoming", "--name", "next")
		w.watch(false, nil, "", "custody", "read-back", "--issuer", key)
		w.watch(false, nil, "", "start", "issuer", "--outgoing-key", key)
		w.watchEverywhere(nil)
	})
	t.Run("kms", func(t *testing.T) {
		w := newLeakWorld(t)
		for _, script := range []string{`cat ` + w.plain + `/2026.key >&2; exit 1`, `printf '{"failed":"%s"}' "$(tr '\n' ' ' < ` + w.plain + `/2026.key)"`, `cat ` + w.plain + `/2026.key`} {
			env := map[string]string{"L5D_PKI_KMS_PROGRAM": stubProgram(t, script)}
			w.watch(false, env, "", "start", "issuer", "--signer", "softkms:path="+w.plain+"/2026.key")
		}
	})
}
