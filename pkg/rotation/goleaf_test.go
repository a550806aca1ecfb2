package rotation

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// TestGoLeafOfIssuer: what is said of leaves under an issuer is what Go says of a leaf
// that the issuer signed.
func TestGoLeafOfIssuer(t *testing.T) {
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certificate := func(name string, parent *x509.Certificate, change func(*x509.Certificate)) *x509.Certificate {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: at.AddDate(0, 0, -1), NotAfter: at.AddDate(1, 0, 0),
			BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
		}
		change(template)
		if parent == nil {
			parent = template
		}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		made, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	for name, change := range map[string]func(*x509.Certificate){
		"certSign":    func(*x509.Certificate) {},
		"no usage":    func(c *x509.Certificate) { c.KeyUsage = 0 },
		"no certSign": func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature },
	} {
		root := certificate("root", nil, func(*x509.Certificate) {})
		issuer := certificate("issuer", root, change)
		leaf := certificate("leaf", issuer, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature })
		roots, between := x509.NewCertPool(), x509.NewCertPool()
		roots.AddCert(root)
		between.AddCert(issuer)
		_, want := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		bundle, err := pki.ReadBundle(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}))
		if err != nil {
			t.Fatal(err)
		}
		chain, err := pki.ReadChain(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issuer.Raw}))
		if err != nil {
			t.Fatal(err)
		}
		if got := goLeaf(bundle, chain, nil, at); (got == nil) != (want == nil) {
			t.Errorf("%s: %v, and Go says %v", name, got, want)
		}
	}
}
