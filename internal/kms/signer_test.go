package kms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

var hashes = map[string]crypto.Hash{"": 0, "SHA-256": crypto.SHA256, "SHA-384": crypto.SHA384, "SHA-512": crypto.SHA512}

// device answers like the program, with a key in memory; spoil may change replies.
func device(t *testing.T, key crypto.Signer, spoil func(*reply)) Run {
	return func(in io.Reader, out io.Writer) error {
		var q request
		if err := json.NewDecoder(in).Decode(&q); err != nil {
			t.Fatal(err)
		}
		var r reply
		var err error
		if q.Op == "public" {
			r.PublicKey, err = x509.MarshalPKIXPublicKey(key.Public())
		} else {
			r.Signature, err = key.Sign(rand.Reader, q.Digest, hashes[q.Hash])
		}
		if err != nil {
			t.Fatal(err)
		}
		if spoil != nil {
			spoil(&r)
		}
		return json.NewEncoder(out).Encode(r)
	}
}

func keys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	p256, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, err2 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	small, err3 := rsa.GenerateKey(rand.Reader, 2048)
	_, edwards, err4 := ed25519.GenerateKey(rand.Reader)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"P-256": p256, "P-384": p384, "RSA": small, "Ed25519": edwards}
}

// TestSigning: an anchor and an issuer made with a key that lives elsewhere
// verify, for every type of key that signs certificates.
func TestSigning(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	year := pki.PeriodAt(now, time.Hour, 365*24*time.Hour)
	for name, key := range keys(t) {
		signer, err := Open(device(t, key, nil), "pkcs11:object=root")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		remote := pki.RemoteKey(signer)
		anchor, err := pki.MintAnchor(remote, "root "+name, year, rand.Reader)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		issuerKey, err := pki.MintKey(pki.FormSEC1, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		issuer, err := pki.MintIssuer(issuerKey.Signer().Public(), "identity.linkerd.cluster.local", anchor, remote, year, rand.Reader)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		bundle, err := pki.NewBundle(anchor)
		if err != nil {
			t.Fatal(err)
		}
		if err := pki.CheckStructure(bundle, pki.Chain{issuer}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if remote.PEM() != nil {
			t.Errorf("%s: a key that lives elsewhere has a PEM", name)
		}
		other := keys(t)["P-256"]
		if _, err := pki.MintIssuer(other.Public(), "x", issuer, remote, year, rand.Reader); problem.Of(err)[0].Code != problem.MintForeignKey.Code {
			t.Errorf("%s: signs in the name of an issuer whose key it is not: %v", name, err)
		}
	}
}

// TestWrongSignature: what the program signs wrongly becomes no certificate.
func TestWrongSignature(t *testing.T) {
	key := keys(t)["P-256"]
	forged := func(r *reply) {
		if len(r.Signature) > 10 {
			r.Signature[len(r.Signature)-1] ^= 1
		}
	}
	signer, err := Open(device(t, key, forged), "pkcs11:object=root")
	if err != nil {
		t.Fatal(err)
	}
	year := pki.PeriodAt(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), 0, time.Hour)
	if _, err := pki.MintAnchor(pki.RemoteKey(signer), "root", year, rand.Reader); err == nil {
		t.Error("a forged signature became an anchor")
	}
}

// TestRefusals: every way in which the program can fail has its sentence, and
// none of them shows a PIN.
func TestRefusals(t *testing.T) {
	const uri = "pkcs11:token=pki;object=root;management-key=0102?pin-value=CANARY1234"
	answers := func(text string) Run {
		return func(_ io.Reader, out io.Writer) error { _, err := io.WriteString(out, text); return err }
	}
	gone := problem.KMSProgram.With("l5d-pki-render-kms", "no such file")
	for name, c := range map[string]struct {
		run  Run
		want problem.Sentence
		says string
	}{
		"program gone":  {func(io.Reader, io.Writer) error { return gone }, problem.KMSProgram, "no such file"},
		"no back end":   {answers(`{"missing":"awskms"}`), problem.KMSMissing, "awskms"},
		"refused":       {answers(`{"failed":"no key at ` + uri + ` (pin-value=CANARY1234)\nsecond line"}`), problem.KMSFailed, "second line"},
		"no JSON":       {answers("panic: oh"), problem.KMSAnswer, "reply"},
		"nothing":       {answers(""), problem.KMSAnswer, "reply"},
		"no public key": {answers(`{}`), problem.KMSAnswer, "public key"},
	} {
		_, err := Open(c.run, uri)
		p := problem.Of(err)
		if len(p) != 1 || p[0].Code != c.want.Code || !strings.Contains(p[0].Text, c.says) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.Contains(p[0].Error()+strings.Join(p[0].Hints, ""), "CANARY") || strings.Contains(p[0].Text, "0102") {
			t.Errorf("%s: shows what opens the key: %v", name, err)
		}
		if strings.Contains(p[0].Text, "\n") {
			t.Errorf("%s: more than one line", name)
		}
	}
	if got := Shown(uri); got != "pkcs11:token=pki;object=root" {
		t.Error(got)
	}
}
