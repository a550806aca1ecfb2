package pki

import (
	"crypto/x509"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Rules says whose verification is meant. The two differ where rotations hurt:
//
//	                        GoRules               WebpkiRules
//	who                     identity, the CLI     proxies
//	anchor's dates, CA bit,
//	key usage, pathLen      enforced              ignored
//	intermediate certSign   enforced              ignored (0.103)
//	extended key usage      one path fits         serverAuth and clientAuth
//	name constraints        on DNS, IP, …         also refuses all directory names
//	depth                   no limit              6 intermediates
type Rules int

const (
	// GoRules is crypto/x509 as Linkerd's Go programs call it.
	GoRules Rules = iota
	// WebpkiRules is rustls-webpki 0.103 as Linkerd's proxies call it.
	WebpkiRules
)

// String is "Go" or "webpki".
func (r Rules) String() string {
	if r == WebpkiRules {
		return "webpki"
	}
	return "Go"
}

// VerifyIssuer checks that an issuer chain serves under a bundle. By GoRules
// that is what linkerd-identity does when it loads the issuer
// (pkg/identity/service.go: path to an anchor without a DNS name, then the CA
// bit of the first certificate). By WebpkiRules it is what a proxy does with
// every leaf of this issuer, the leaf's own properties aside; for its names there
// is [VerifyMesh].
func VerifyIssuer(b Bundle, c Chain, r Rules, at time.Time) error {
	return new(Signatures).verifyIssuer(b, c, r, nil, at)
}

func (m *Signatures) verifyIssuer(b Bundle, c Chain, r Rules, meshes []Identity, at time.Time) error {
	if p := unready(b, c, at); p != nil {
		return p
	}
	if !c[0].IsCA {
		return problem.PKIIssuerNotCA.With(c[0].short())
	}
	if r == WebpkiRules {
		return webpkiVerify(m, b, c, asIssuer, meshes, at)
	}
	// Linkerd leaves KeyUsages empty (pkg/tls/cred.go), which Go takes as
	// serverAuth: an issuer restricted to another usage is refused.
	return goVerify(b, c, x509.VerifyOptions{CurrentTime: at})
}

// VerifyLeaf checks a leaf and the intermediates that are served with it, as
// peers do in a handshake: for serverAuth and for clientAuth, since every mesh
// peer is both.
func VerifyLeaf(b Bundle, leaf Chain, r Rules, at time.Time) error {
	if p := unready(b, leaf, at); p != nil {
		return p
	}
	if r == WebpkiRules {
		return webpkiVerify(new(Signatures), b, leaf, asLeaf, nil, at)
	}
	for _, usage := range peerUsages {
		options := x509.VerifyOptions{CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{usage}}
		if err := goVerify(b, leaf, options); err != nil {
			return err
		}
	}
	return nil
}

// VerifyServing checks a webhook's certificate as the API server does: under
// the caBundle, for the host "<service>.<namespace>.svc".
func VerifyServing(caBundle, serving Chain, host string, at time.Time) error {
	b := Bundle{caBundle}
	if p := unready(b, serving, at); p != nil {
		return p
	}
	return goVerify(b, serving, x509.VerifyOptions{CurrentTime: at, DNSName: host})
}

// CheckStructure is what rendering checks of an issuer chain: the same as
// VerifyIssuer by GoRules, dates left out. It holds for expired certificates
// and for those whose validity periods share no instant.
func CheckStructure(b Bundle, c Chain) error {
	return VerifyIssuer(b.undated(), undated(c), GoRules, anyInstant)
}

// anyInstant is the only instant at which undated certificates are valid.
var anyInstant = time.Unix(1, 0)

func (b Bundle) undated() Bundle { return Bundle{undated(b.certs)} }

// undated copies certificates with a validity period of anyInstant alone.
// Verification reads the parsed fields; the signed bytes stay as they are.
func undated(certs []Certificate) []Certificate {
	copies := make([]Certificate, len(certs))
	for i, c := range certs {
		fields := *c.Certificate
		fields.NotBefore, fields.NotAfter = anyInstant, anyInstant
		copies[i] = Certificate{&fields}
	}
	return copies
}

// unready finds what keeps a verification from starting. The zero instant is
// refused, because crypto/x509 would read the clock instead.
func unready(b Bundle, c Chain, at time.Time) *problem.Problem {
	switch {
	case at.IsZero():
		return problem.PKINoInstant.With()
	case b.Len() == 0:
		return problem.PKINoCertificates.With()
	case len(c) == 0:
		return problem.PKIEmpty.With()
	}
	return nil
}

// peerUsages are the two roles of a mesh peer.
var peerUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}

// usageNames as RFC 5280 section 4.2.1.12 writes them.
var usageNames = map[x509.ExtKeyUsage]string{
	x509.ExtKeyUsageServerAuth: "serverAuth",
	x509.ExtKeyUsageClientAuth: "clientAuth",
}
