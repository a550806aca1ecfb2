package rotation

import (
	"crypto/x509"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Verifiers by name, as verdicts and proofs show them.
const (
	ByProxy    = "webpki leaf" // proxies verify their peers' leaves
	ByIdentity = "go issuer"   // identity verifies its own issuer at load and at every request
	ByGoLeaf   = "go leaf"     // Go clients of the mesh; reported, never a gate
)

// Verifier answers whether a bundle verifies a chain, by real path building at
// one instant, and remembers the answers by fingerprint, and the certificates of
// states by their text. It is not safe for concurrent use.
//
// A chain is what identity serves below its leaves: the issuer, then further
// intermediates. The leaf itself is not at hand (its key never leaves the
// proxy), so V(bundle, chain) is path building from the issuer: a leaf adds one
// signature check and its name, which name constraints above it have to allow
// ([Verifier.Issues]).
// Proofs by handshake use real leaves.
type Verifier struct {
	at time.Time
	*remembered
	signatures *pki.Signatures
}

// remembered is what a verifier knows, at whatever instant.
type remembered struct {
	memo    map[question]error
	anchors map[string]pki.Certificate
	chains  map[string]pki.Chain
	prints  map[*x509.Certificate]string
	meshes  map[string][]pki.Identity // by fingerprint of the issuer
}

// question is what is remembered: at is zero where all certificates are within
// their dates, since the answer is the same at every such instant.
type question struct {
	bundle, chain, by string
	at                time.Time
	meshes            int // that are known of the issuer
}

// NewVerifier verifies at the instant.
func NewVerifier(at time.Time) *Verifier {
	return &Verifier{at, &remembered{
		memo: map[question]error{}, anchors: map[string]pki.Certificate{}, chains: map[string]pki.Chain{},
		prints: map[*x509.Certificate]string{}, meshes: map[string][]pki.Identity{},
	}, new(pki.Signatures)}
}

// Beside is a verifier for another goroutine. It shares nothing but the signatures that
// either has verified.
func (v *Verifier) Beside() *Verifier {
	other := NewVerifier(v.at)
	other.signatures = v.signatures
	return other
}

// forInstant verifies at another instant, and shares what v remembers.
func (v *Verifier) forInstant(at time.Time) *Verifier {
	return &Verifier{at, v.remembered, v.signatures}
}

// Verify is nil if the bundle verifies the chain under the named verifier.
func (v *Verifier) Verify(b pki.Bundle, c pki.Chain, by string) error {
	q := question{bundle: bundleIDOf(v.printsOf(b.Certificates())), chain: chainIDOf(v.printsOf(c)), by: by, meshes: len(v.meshesOf(c))}
	if by != byStructure && by != byProxyStructure && !v.dated(b.Certificates(), c) {
		q.at = v.at
	}
	if err, known := v.memo[q]; known {
		return err
	}
	err := v.verify(b, c, by)
	v.memo[q] = err
	return err
}

// dated reports whether all certificates are within their dates, to the second:
// verifiers differ in whether they look at fractions.
func (v *Verifier) dated(lists ...[]pki.Certificate) bool {
	for _, list := range lists {
		for _, c := range list {
			if !v.at.After(c.NotBefore.Add(time.Second)) || !v.at.Before(c.NotAfter.Add(-time.Second)) {
				return false
			}
		}
	}
	return true
}

func (v *Verifier) verify(b pki.Bundle, c pki.Chain, by string) error {
	switch by {
	case ByProxy:
		return v.signatures.VerifyMesh(b, c, v.meshesOf(c), v.at)
	case ByIdentity:
		return pki.VerifyIssuer(b, c, pki.GoRules, v.at)
	case ByGoLeaf:
		return goLeaf(b, c, v.meshesOf(c), v.at)
	case byProxyStructure:
		return pki.CheckMesh(b, c, v.meshesOf(c))
	}
	return pki.CheckStructure(b, c)
}

// byStructure: names, keys and limits agree, whatever the date; byProxyStructure is
// the same by the rules of proxies.
const (
	byStructure      = "structure"
	byProxyStructure = "webpki structure"
)

// structural tells whether a bundle verifies a chain whatever the date. Where none of them
// is out of its dates that is what identity asks.
func (v *Verifier) structural(b pki.Bundle, c pki.Chain) bool {
	if v.dated(b.Certificates(), c) {
		return v.Verify(b, c, ByIdentity) == nil
	}
	return v.Verify(b, c, byStructure) == nil
}

// printsOf are the fingerprints of certificates, each of which is digested once.
func (v *Verifier) printsOf(certs []pki.Certificate) []string {
	list := make([]string, len(certs))
	for i, c := range certs {
		print, known := v.prints[c.Certificate]
		if !known {
			print = c.Fingerprint()
			v.prints[c.Certificate] = print
		}
		list[i] = print
	}
	return list
}

// anchor is the anchor of a state.
func (v *Verifier) anchor(a state.Anchor) (pki.Certificate, error) {
	if v == nil {
		return oneAnchor(a)
	}
	cert, known := v.anchors[a.Certificate]
	if known {
		return cert, nil
	}
	cert, err := oneAnchor(a)
	if err == nil {
		v.anchors[a.Certificate] = cert
	}
	return cert, err
}

// chain is the chain in a text of a state.
func (v *Verifier) chain(text string) (pki.Chain, error) {
	if v == nil {
		return pki.ParseChain([]byte(text))
	}
	chain, known := v.chains[text]
	if known {
		return chain, nil
	}
	chain, err := pki.ParseChain([]byte(text))
	if err == nil {
		v.chains[text] = chain
	}
	return chain, err
}
