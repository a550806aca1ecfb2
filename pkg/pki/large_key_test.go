package pki_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// TestLargeKey: a certificate with an RSA key that takes hours to verify with is
// refused where it is read.
func TestLargeKey(t *testing.T) {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for bits, refused := range map[uint]bool{4096: false, 8192: false, 8194: true, 1 << 16: true} {
		n := new(big.Int).Lsh(big.NewInt(1), bits-1)
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "TEST KEY DO NOT USE"}, IsCA: true, BasicConstraintsValid: true,
			NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0),
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 65537}, signer)
		if err != nil {
			t.Fatal(err)
		}
		_, err = pki.ParseBundle(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
		if got := err != nil && strings.Contains(err.Error(), "RSA key of"); got != refused {
			t.Errorf("%d bits: %v", bits, err)
		}
	}
}
