package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// The test PKI: keys made from names, fixed serials and dates, RFC 6979
// signatures, so every run has the same bytes.
var (
	testBegin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	testNow   = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	testEnd   = time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)
	testMesh  = Identity{Namespace: "linkerd", TrustDomain: "cluster.local"}
)

const (
	testIssuerName = "identity.linkerd.cluster.local"
	testLeafName   = "default.default.serviceaccount.identity.linkerd.cluster.local"
)

// testCA is a certificate with its key.
type testCA struct {
	Certificate
	key *ecdsa.PrivateKey
}

// change alters a certificate template.
type change func(*x509.Certificate)

func testKey(name string) *ecdsa.PrivateKey {
	seed := sha256.Sum256([]byte("test key " + name))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
	if err != nil {
		panic(err)
	}
	return key
}

// testKey384 is a key that Linkerd refuses and both verifiers accept.
func testKey384() *ecdsa.PrivateKey {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P384(), bytes.Repeat([]byte{7}, 48))
	if err != nil {
		panic(err)
	}
	return key
}

func testTemplate(name string, changes []change) *x509.Certificate {
	serial := sha256.Sum256([]byte("serial " + name + fmt.Sprint(len(changes))))
	t := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial[:8]),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    testBegin, NotAfter: testEnd,
		BasicConstraintsValid: true, IsCA: true, MaxPathLen: -1,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	for _, c := range changes {
		c(t)
	}
	return t
}

func testSign(t *x509.Certificate, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) Certificate {
	if t.IsCA && t.SubjectKeyId == nil {
		der, _ := x509.MarshalPKIXPublicKey(public)
		sum := sha256.Sum256(der)
		t.SubjectKeyId = sum[:20]
	}
	der, err := x509.CreateCertificate(nil, t, parent, public, key)
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return Certificate{c}
}

// testAnchor is a self-signed authority; name gives subject and key.
func testAnchor(name string, changes ...change) testCA {
	return testAnchorKeyed(name, name, changes...)
}

// testAnchorKeyed has another key than its name gives.
func testAnchorKeyed(name, keyName string, changes ...change) testCA {
	key, t := testKey(keyName), testTemplate(name, changes)
	return testCA{testSign(t, t, &key.PublicKey, key), key}
}

// issues makes an intermediate authority below ca, pathLen 0 as `step` does.
func (ca testCA) issues(name string, changes ...change) testCA {
	key := testKey(name + " of " + ca.Subject.CommonName)
	t := testTemplate(name, append([]change{pathLenOf(0)}, changes...))
	return testCA{testSign(t, ca.Certificate.Certificate, &key.PublicKey, ca.key), key}
}

// crossSigns certifies another anchor's name and key by ca.
func (ca testCA) crossSigns(other testCA, changes ...change) Certificate {
	t := testTemplate(other.Subject.CommonName, changes)
	t.RawSubject, t.SubjectKeyId = other.RawSubject, other.SubjectKeyId
	return testSign(t, ca.Certificate.Certificate, &other.key.PublicKey, ca.key)
}

// leaf is what linkerd-identity issues.
func (ca testCA) leaf(changes ...change) Certificate {
	key := testKey("leaf")
	usual := func(t *x509.Certificate) {
		t.IsCA, t.MaxPathLen = false, 0
		t.DNSNames = []string{testLeafName}
		t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	}
	t := testTemplate(testLeafName, append([]change{usual}, changes...))
	return testSign(t, ca.Certificate.Certificate, &key.PublicKey, ca.key)
}

func pathLenOf(n int) change {
	return func(t *x509.Certificate) { t.MaxPathLen, t.MaxPathLenZero = n, n == 0 }
}

func valid(begin, end time.Time) change {
	return func(t *x509.Certificate) { t.NotBefore, t.NotAfter = begin, end }
}

func usages(u ...x509.ExtKeyUsage) change {
	return func(t *x509.Certificate) { t.ExtKeyUsage = u }
}

func keyUsage(u x509.KeyUsage) change { return func(t *x509.Certificate) { t.KeyUsage = u } }

func notCA(t *x509.Certificate) { t.IsCA, t.MaxPathLen, t.MaxPathLenZero = false, 0, false }

func ski(id ...byte) change { return func(t *x509.Certificate) { t.SubjectKeyId = id } }

func permit(domains ...string) change {
	return func(t *x509.Certificate) {
		t.PermittedDNSDomainsCritical, t.PermittedDNSDomains = true, domains
	}
}

func exclude(domains ...string) change {
	return func(t *x509.Certificate) { t.ExcludedDNSDomains = domains }
}

func extra(e pkix.Extension) change {
	return func(t *x509.Certificate) { t.ExtraExtensions = append(t.ExtraExtensions, e) }
}

// under makes a bundle as it stands in a live mesh: nothing is checked.
func under(cas ...testCA) Bundle {
	var b Bundle
	for _, ca := range cas {
		b.certs = append(b.certs, ca.Certificate)
	}
	return b
}

func sec1(key *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
}

func pkcs8(key any) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// codes lists the codes of all problems in err.
func codes(err error) []string {
	var list []string
	for _, p := range problem.Of(err) {
		list = append(list, string(p.Code))
	}
	return list
}

// wantCode fails unless err is exactly one problem of that code; "" is success.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var p *problem.Problem
	switch {
	case code == "" && err != nil:
		t.Errorf("refused: %v", err)
	case code == "":
	case !errors.As(err, &p) || string(p.Code) != code:
		t.Errorf("got %v (%v), want %s", err, codes(err), code)
	case len(p.Hints) == 0:
		t.Errorf("%s has no hint", code)
	}
}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, []byte("\n")) }
