package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// signed makes an authority's certificate, self-signed unless parent is given.
func signedBy(t *testing.T, name string, key crypto.Signer, parent *x509.Certificate, parentKey crypto.Signer) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(1_700_000_000, 0), NotAfter: time.Unix(1_900_000_000, 0), KeyUsage: x509.KeyUsageCertSign}
	if parent == nil {
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// ofAlgorithm gives a certificate another algorithm for key and signature, with a
// body that only has its length.
func ofAlgorithm(t *testing.T, der []byte, oid asn1.ObjectIdentifier, keyBytes, signatureBytes int) []byte {
	t.Helper()
	type tbs struct {
		Version      int `asn1:"optional,explicit,default:0,tag:0"`
		SerialNumber *big.Int
		Signature    pkix.AlgorithmIdentifier
		Issuer       asn1.RawValue
		Validity     asn1.RawValue
		Subject      asn1.RawValue
		Key          struct {
			Algorithm pkix.AlgorithmIdentifier
			Bits      asn1.BitString
		}
		Extensions asn1.RawValue `asn1:"optional,explicit,tag:3"`
	}
	var whole struct {
		TBS       tbs
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &whole); err != nil {
		t.Fatal(err)
	}
	alg := pkix.AlgorithmIdentifier{Algorithm: oid}
	whole.TBS.Signature, whole.Algorithm, whole.TBS.Key.Algorithm = alg, alg, alg
	whole.TBS.Key.Bits = asn1.BitString{Bytes: bytes.Repeat([]byte{7}, keyBytes), BitLength: keyBytes * 8}
	whole.Signature = asn1.BitString{Bytes: bytes.Repeat([]byte{9}, signatureBytes), BitLength: signatureBytes * 8}
	out, err := asn1.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestForeignAlgorithms: keys that Linkerd or its proxies do not take are errors, in
// anchors and in issuers, post-quantum ones among them.
func TestForeignAlgorithms(t *testing.T) {
	ec := func(curve elliptic.Curve) crypto.Signer {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	rsaKey := func(bits int) crypto.Signer {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	plain := signedBy(t, "root", ec(elliptic.P256()), nil, nil)
	mlDSA := asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 17}
	slhDSA := asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 20}
	for what, c := range map[string]struct {
		der            []byte
		anchor, issuer bool // is fine
		says           string
	}{
		"P-256":      {plain, true, true, ""},
		"P-384":      {signedBy(t, "root", ec(elliptic.P384()), nil, nil), false, false, "P-384"},
		"P-521":      {signedBy(t, "root", ec(elliptic.P521()), nil, nil), false, false, "P-521"},
		"RSA 2048":   {signedBy(t, "root", rsaKey(2048), nil, nil), true, false, "2048"},
		"RSA 3072":   {signedBy(t, "root", rsaKey(3072), nil, nil), false, false, "3072"},
		"Ed25519":    {signedBy(t, "root", edKey, nil, nil), false, false, "Ed25519"},
		"ML-DSA-44":  {ofAlgorithm(t, plain, mlDSA, 1312, 2420), false, false, "ML-DSA-44"},
		"SLH-DSA":    {ofAlgorithm(t, plain, slhDSA, 32, 7856), false, false, "2.16.840.1.101.3.4.3.20"},
		"a new kind": {ofAlgorithm(t, plain, asn1.ObjectIdentifier{1, 3, 9999, 1}, 32, 64), false, false, "1.3.9999.1"},
	} {
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.der})
		bundle, err := ReadBundle(text)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		check := func(kind string, findings []Finding, code problem.Code, fine bool) {
			found := false
			for _, f := range findings {
				if f.Code == code {
					found = true
					if f.Severity != Error || !strings.Contains(f.Text, c.says) {
						t.Errorf("%s %s: %s", kind, what, f)
					}
				}
			}
			if found == fine {
				t.Errorf("%s %s: error %t", kind, what, found)
			}
		}
		check("anchor", LintBundle(bundle, Identity{}, time.Time{}), problem.LintAnchorAlgorithm.Code, c.anchor)
		chain, err := ReadChain(text)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		check("issuer", LintIssuer(bundle, chain, Identity{}, time.Time{}), problem.LintIssuerAlgorithm.Code, c.issuer)
	}
}
