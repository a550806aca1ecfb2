package pki

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Limits of rustls-webpki 0.103 (src/verify_cert.rs).
const (
	maxIntermediates = 6
	signatureBudget  = 100
	buildBudget      = 200_000
	nameBudget       = 250_000
)

// A role says what the first certificate of a path is.
type role bool

const (
	asLeaf   role = false
	asIssuer role = true // the leaf below it is imagined
)

// webpkiVerify builds a path for both roles of a mesh peer; meshes give the names of
// imagined leaves.
func webpkiVerify(m *Signatures, b Bundle, c Chain, first role, meshes []Identity, at time.Time) error {
	for _, usage := range peerUsages {
		s := &search{known: m, anchors: b, chain: c, first: first, meshes: meshes, usage: usage, at: at}
		if !s.build([]Certificate{c[0]}, 0) {
			return s.verdict()
		}
	}
	return nil
}

// search is one depth-first path building: from the first certificate over any
// of the intermediates to an anchor, each step refused by the same properties
// as in webpki. Names are compared as raw bytes, key identifiers never.
type search struct {
	known   *Signatures
	anchors Bundle
	chain   Chain
	first   role
	meshes  []Identity
	usage   x509.ExtKeyUsage
	at      time.Time

	signatures, builds, comparisons int
	rank                            int
	best                            *problem.Problem
	exhausted                       bool
}

// Ranks of refusals: of several, the most telling one is reported (webpki's
// Error::rank). A refusal without a rank is an unknown issuer.
const (
	rankDepth = iota + 1
	rankVersion
	rankAlgorithm
	rankCA
	rankPathLength
	rankNames
	rankUsage
	rankSignature
	rankDates
	rankBudget
)

// fail keeps the most telling refusal; args follow the certificate and the
// rules, which every sentence of verification names first. It returns false.
func (s *search) fail(rank int, sentence problem.Sentence, args ...any) bool {
	if rank > s.rank {
		s.rank = rank
		s.best = sentence.With(append([]any{s.chain[0].short(), WebpkiRules}, args...)...)
	}
	return false
}

// spend counts one unit of a budget and ends the whole search at its limit.
func (s *search) spend(used *int, limit int, unit string) bool {
	if *used++; *used > limit {
		s.exhausted = true
		return s.fail(rankBudget, problem.PKIBudget, limit, unit)
	}
	return true
}

func (s *search) verdict() *problem.Problem {
	if s.best != nil && s.rank != rankSignature {
		return s.best
	}
	return noSigner(s.anchors, s.chain, WebpkiRules)
}

// build extends a path whose last certificate has subCAs authorities below it
// (the one directly above a leaf has none).
func (s *search) build(path []Certificate, subCAs int) bool {
	head, issuing := path[len(path)-1], len(path) > 1 || s.first == asIssuer
	if !s.acceptable(head, issuing, subCAs) {
		return false
	}
	for _, anchor := range s.anchors.certs {
		if s.exhausted {
			return false
		}
		if anchor.named(head) && s.reads(anchor, true) && s.signedDownFrom(anchor, path) && s.namesAllowed(anchor, path) {
			return true
		}
	}
	next := subCAs
	if issuing {
		next++
	}
	for _, candidate := range s.chain[1:] {
		if s.exhausted || !candidate.named(head) || revisits(path, candidate) {
			continue
		}
		if s.extend(path, candidate, next) {
			return true
		}
	}
	return false
}

// extend puts candidate on top of the path and builds on.
func (s *search) extend(path []Certificate, candidate Certificate, subCAs int) bool {
	if !s.spend(&s.builds, buildBudget, "steps") {
		return false
	}
	intermediates := len(path)
	if s.first == asLeaf {
		intermediates--
	}
	if intermediates >= maxIntermediates {
		return s.fail(rankDepth, problem.PKIPathDepth, maxIntermediates)
	}
	return s.build(append(slices.Clone(path), candidate), subCAs)
}

// revisits tells whether the path has a certificate of the same name and key
// (RFC 4158 section 5.2).
func revisits(path []Certificate, c Certificate) bool {
	return slices.ContainsFunc(path, func(p Certificate) bool {
		return bytes.Equal(p.RawSubject, c.RawSubject) && bytes.Equal(p.RawSubjectPublicKeyInfo, c.RawSubjectPublicKeyInfo)
	})
}

// acceptable checks what depends on one certificate: version, critical
// extensions, validity to the second, CA bit and pathLen, extended key usage.
// Key usage is not looked at (0.104 will).
func (s *search) acceptable(c Certificate, issuing bool, subCAs int) bool {
	switch {
	case !s.reads(c, false):
		return false
	case c.Version != 3 || hasUnknownCritical(c):
		return s.fail(rankVersion, problem.PKICritical, c.short())
	case s.at.Unix() < c.NotBefore.Unix():
		return s.fail(rankDates, problem.PKINotYetValid, c.short(), utc(c.NotBefore), utc(s.at))
	case s.at.Unix() > c.NotAfter.Unix():
		return s.fail(rankDates, problem.PKIExpired, c.short(), utc(c.NotAfter), utc(s.at))
	case !issuing && c.IsCA:
		return s.fail(rankCA, problem.PKICAAsLeaf)
	case issuing && !c.IsCA:
		return s.fail(rankCA, problem.PKINotCA, c.short())
	case issuing && tooDeep(c, subCAs):
		return s.fail(rankPathLength, problem.PKIPathLength, c.short(), c.MaxPathLen)
	case !allowsUsage(c, s.usage):
		return s.fail(rankUsage, problem.PKIUsage, usageNames[s.usage])
	}
	return true
}

// reads tells whether webpki reads the certificate at all.
func (s *search) reads(c Certificate, anchor bool) bool {
	if why := s.known.unread(c, anchor); why != "" {
		return s.fail(rankVersion, problem.PKIUnread, c.short(), why)
	}
	return true
}

// tooDeep tells whether c's pathLen allows fewer than n authorities below it.
func tooDeep(c Certificate, n int) bool {
	limit, limited := c.PathLen()
	return limited && n > limit
}

// allowsUsage: without the extension everything is allowed; anyExtendedKeyUsage
// means nothing to webpki.
func allowsUsage(c Certificate, usage x509.ExtKeyUsage) bool {
	restricted := len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) > 0
	return !restricted || slices.Contains(c.ExtKeyUsage, usage)
}

// knownExtensions are those of id-ce (2.5.29) that webpki reads: key usage,
// subject alternative name, basic constraints, name constraints, CRL
// distribution points, extended key usage.
var knownExtensions = []int{15, 17, 19, 30, 31, 37}

func hasUnknownCritical(c Certificate) bool {
	return slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Critical && !isKnownExtension(e.Id) })
}

func isKnownExtension(id asn1.ObjectIdentifier) bool {
	return len(id) == 4 && id[:3].Equal(asn1.ObjectIdentifier{2, 5, 29}) && slices.Contains(knownExtensions, id[3])
}

// signedDownFrom verifies every signature from the anchor down to the leaf.
func (s *search) signedDownFrom(anchor Certificate, path []Certificate) bool {
	signer := anchor
	for _, c := range slices.Backward(path) {
		if !s.spend(&s.signatures, signatureBudget, "signatures") {
			return false
		}
		if !proxyAlgorithm(signer, c.SignatureAlgorithm) {
			return s.fail(rankAlgorithm, problem.PKIAlgorithm, c.short(), c.SignatureAlgorithm)
		}
		if !s.known.signed(signer, c) {
			return s.fail(rankSignature, problem.PKIRefused)
		}
		signer = c
	}
	return true
}

// proxyAlgorithm tells whether proxies verify such a signature with that key
// (linkerd2-proxy linkerd/rustls/src/crypto.rs, SUPPORTED_SIG_ALGS).
func proxyAlgorithm(signer Certificate, algorithm x509.SignatureAlgorithm) bool {
	switch key := signer.PublicKey.(type) {
	case *ecdsa.PublicKey:
		return key.Curve != elliptic.P224() &&
			slices.Contains([]x509.SignatureAlgorithm{x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512}, algorithm)
	case *rsa.PublicKey:
		bits := key.N.BitLen()
		return bits >= 2048 && bits <= 8192 &&
			slices.Contains([]x509.SignatureAlgorithm{x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA}, algorithm)
	case ed25519.PublicKey:
		return algorithm == x509.PureEd25519
	}
	return false
}

// namesAllowed checks the name constraints of the anchor and of every
// authority against the names of all certificates below each.
func (s *search) namesAllowed(anchor Certificate, path []Certificate) bool {
	authority := anchor
	for i, c := range slices.Backward(path) {
		if !s.admitted(authority, path[:i+1]) {
			return false
		}
		authority = c
	}
	return s.first == asLeaf || s.admitted(authority, nil)
}

// admitted asks one authority about the certificates below it and the imagined leaves.
func (s *search) admitted(authority Certificate, below []Certificate) bool {
	limits, ok := authority.constraints()
	for _, c := range below {
		names, wellFormed := c.presentedNames()
		for _, name := range names {
			if !ok || !wellFormed && limits.any() || !limits.admit(name, s.compare) {
				return s.fail(rankNames, problem.PKINames, authority.short(), "a name below it")
			}
		}
	}
	if ok && !limits.any() {
		return true
	}
	for _, mesh := range s.meshes {
		if !mesh.known() {
			continue
		}
		if words := limits.excluding(mesh, ok, WebpkiRules, s.compare); words != "" {
			return s.fail(rankNames, problem.PKINames, authority.short(), words)
		}
	}
	return true
}

// any tells whether there is a constraint at all.
func (n nameConstraints) any() bool { return len(n.permitted)+len(n.excluded) > 0 }

func (s *search) compare() bool { return s.spend(&s.comparisons, nameBudget, "name comparisons") }
