package rotation

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// Verifiers by name, as verdicts and proofs show them.
const (
	ByProxy    = "webpki leaf" // proxies verify their peers' leaves
	ByIdentity = "go issuer"   // identity verifies its own issuer at load and at every request
	ByGoLeaf   = "go leaf"     // Go clients of the mesh; reported, never a gate
)

// Verifier answers whether a bundle verifies a chain, by real path building at
// one instant, and remembers the answers by fingerprint. It is not safe for
// concurrent use.
//
// A chain is what identity serves below its leaves: the issuer, then further
// intermediates. The leaf itself is not at hand (its key never leaves the
// proxy), so V(bundle, chain) is path building from the issuer: a leaf adds one
// signature check and no constraint that an issuer with path length 0 fails.
// Proofs by handshake use real leaves.
type Verifier struct {
	at   time.Time
	memo map[question]error
}

type question struct{ bundle, chain, by string }

// NewVerifier verifies at the instant.
func NewVerifier(at time.Time) *Verifier {
	return &Verifier{at: at, memo: map[question]error{}}
}

// Verify is nil if the bundle verifies the chain under the named verifier.
func (v *Verifier) Verify(b pki.Bundle, c pki.Chain, by string) error {
	q := question{bundleID(b), chainID(c), by}
	if err, known := v.memo[q]; known {
		return err
	}
	err := v.verify(b, c, by)
	v.memo[q] = err
	return err
}

func (v *Verifier) verify(b pki.Bundle, c pki.Chain, by string) error {
	switch by {
	case ByProxy:
		return pki.VerifyIssuer(b, c, pki.WebpkiRules, v.at)
	case ByIdentity:
		return pki.VerifyIssuer(b, c, pki.GoRules, v.at)
	case ByGoLeaf:
		return goLeaf(b, c, v.at)
	}
	return pki.CheckStructure(b, c)
}

// byStructure: names, keys and limits agree, whatever the date.
const byStructure = "structure"

// structural tells whether a bundle verifies a chain whatever the date.
func (v *Verifier) structural(b pki.Bundle, c pki.Chain) bool {
	return v.Verify(b, c, byStructure) == nil
}
