package pki

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

// surgery signs a certificate anew whose parts were changed: tbs are the items of the
// part that is signed, algorithm is the identifier behind it.
func surgery(t *testing.T, c *x509.Certificate, key *ecdsa.PrivateKey, change func(tbs [][]byte, algorithm []byte) ([][]byte, []byte)) Certificate {
	t.Helper()
	items, ok := sequence(c.RawTBSCertificate)
	if !ok {
		t.Fatal("no sequence")
	}
	var tbs [][]byte
	for _, item := range items {
		tbs = append(tbs, item.FullBytes)
	}
	tbs, algorithm := change(tbs, tbs[2])
	signed := wrapped(t, asn1.TagSequence, true, bytes.Join(tbs, nil))
	digest := sha256.Sum256(signed)
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	bits, err := asn1.Marshal(asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)})
	if err != nil {
		t.Fatal(err)
	}
	der := wrapped(t, asn1.TagSequence, true, slicesOf(signed, algorithm, bits))
	chain, err := ParseChain(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	if !chain[0].Signed(chain[0]) {
		t.Fatal("Go refuses the signature")
	}
	return chain[0]
}

func slicesOf(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func wrapped(t *testing.T, tag int, compound bool, content []byte) []byte {
	t.Helper()
	der, err := asn1.Marshal(asn1.RawValue{Tag: tag, IsCompound: compound, Bytes: content})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// TestUnreadByProxies: what Go reads and verifies, and rustls-webpki does not.
func TestUnreadByProxies(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := func(change func(*x509.Certificate), signer any, public any) *x509.Certificate {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "root.linkerd.cluster.local"}, NotBefore: time.Unix(1_700_000_000, 0), NotAfter: time.Unix(1_900_000_000, 0),
			IsCA: true, BasicConstraintsValid: true, MaxPathLen: -1, KeyUsage: x509.KeyUsageCertSign, DNSNames: []string{"root.linkerd.cluster.local"},
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, PermittedDNSDomains: []string{"cluster.local"},
		}
		if change != nil {
			change(template)
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, public, signer)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	plain := func(change func(*x509.Certificate)) Certificate {
		return Certificate{Certificate: made(change, key, &key.PublicKey)}
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	extension := func(id asn1.ObjectIdentifier, critical bool, value []byte) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: id, Critical: critical, Value: value})
		}
	}
	cut := func(change func(tbs [][]byte, algorithm []byte) ([][]byte, []byte)) Certificate {
		return surgery(t, made(nil, key, &key.PublicKey), key, change)
	}
	withNull := func(algorithm []byte) []byte {
		return wrapped(t, asn1.TagSequence, true, slicesOf(algorithm[2:], asn1.NullBytes))
	}
	unique := []byte{0x81, 2, 0, 0xff}
	for name, tt := range map[string]struct {
		c    Certificate
		says string
	}{
		"sound":       {plain(nil), ""},
		"signed anew": {cut(func(tbs [][]byte, a []byte) ([][]byte, []byte) { return tbs, a }), ""},
		"RSA":         {Certificate{Certificate: made(nil, rsaKey, &rsaKey.PublicKey)}, ""},
		"after 2050":  {plain(func(c *x509.Certificate) { c.NotAfter = time.Unix(3_000_000_000, 0) }), ""},
		"no extensions": {plain(func(c *x509.Certificate) {
			*c = x509.Certificate{SerialNumber: c.SerialNumber, NotBefore: c.NotBefore, NotAfter: c.NotAfter}
		}), "unique identifiers, or its encoding"},
		"pathLen 200":       {plain(func(c *x509.Certificate) { c.MaxPathLen = 200 }), ""},
		"pathLen 300":       {plain(func(c *x509.Certificate) { c.MaxPathLen = 300 }), "path length constraint is 300"},
		"own extension":     {plain(extension(asn1.ObjectIdentifier{1, 2, 3}, false, []byte("anything"))), ""},
		"critical, its own": {plain(extension(asn1.ObjectIdentifier{1, 2, 3}, true, []byte{5, 0})), "a critical extension"},
		"critical policies": {plain(extension(asn1.ObjectIdentifier{2, 5, 29, 32}, true, []byte{0x30, 6, 0x30, 4, 6, 2, 0x2a, 3})), "a critical extension"},
		"64 KiB":            {plain(extension(asn1.ObjectIdentifier{1, 2, 3}, false, make([]byte, 1<<16))), "bytes"},
		"unique identifier": {cut(func(tbs [][]byte, a []byte) ([][]byte, []byte) {
			return append(append(append([][]byte{}, tbs[:7]...), unique), tbs[7:]...), a
		}), "unique identifiers"},
		"a NULL behind ECDSA": {cut(func(tbs [][]byte, a []byte) ([][]byte, []byte) {
			tbs[2] = withNull(a)
			return tbs, withNull(a)
		}), "signature algorithm"},
		"more in BasicConstraints": {plain(extension(asn1.ObjectIdentifier{2, 5, 29, 19}, true, []byte{0x30, 8, 1, 1, 0xff, 2, 1, 0, 5, 0})), "extension 2.5.29.19"},
		"more behind a key usage":  {plain(extension(asn1.ObjectIdentifier{2, 5, 29, 15}, true, []byte{3, 2, 2, 4, 5, 0})), "extension 2.5.29.15"},
		"a key algorithm with more": {cut(func(tbs [][]byte, a []byte) ([][]byte, []byte) {
			fields, _ := sequence(tbs[6])
			tbs[6] = wrapped(t, asn1.TagSequence, true, slicesOf(wrapped(t, asn1.TagSequence, true, slicesOf(fields[0].Bytes, asn1.NullBytes)), fields[1].FullBytes))
			return tbs, a
		}), "public key"},
		"a time without seconds": {cut(func(tbs [][]byte, a []byte) ([][]byte, []byte) {
			tbs[4] = wrapped(t, asn1.TagSequence, true, slicesOf(wrapped(t, asn1.TagUTCTime, false, []byte("2501010000Z")), wrapped(t, asn1.TagUTCTime, false, []byte("350101000000Z"))))
			return tbs, a
		}), "not DER"},
	} {
		if words := tt.c.UnreadByProxies(); tt.says == "" && words != "" || !strings.Contains(words, tt.says) {
			t.Errorf("%s: %q, want %q", name, words, tt.says)
		}
	}
}
