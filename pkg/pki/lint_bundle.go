package pki

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// maxAnchors is how many anchors a rotation may need: outgoing, incoming, and
// one of another mesh.
const maxAnchors = 3

// bundleRules look at the bundle as a whole.
var bundleRules = []rule{
	{problem.LintTooManyAnchors, Warning, func(v view) ([]any, bool) {
		return []any{len(v.anchors), maxAnchors}, len(v.anchors) > maxAnchors
	}},
}

// anchorRules look at one anchor among its peers.
var anchorRules = []rule{
	{problem.LintAnchorExpired, Error, where(expired, view.unusable)},
	{problem.LintAnchorExpired, Warning, where(expired, not(view.unusable))},
	{problem.LintAnchorNotYetValid, Error, where(future, view.unusable)},
	{problem.LintAnchorNotYetValid, Warning, where(future, not(view.unusable))},
	{problem.LintAnchorExpiring, Warning, expiring},
	{problem.LintAnchorNotCA, Error, where(when(func(c Certificate) bool { return !c.IsCA }), view.unusable)},
	{problem.LintAnchorNotCA, Warning, where(when(func(c Certificate) bool { return !c.IsCA }), not(view.unusable))},
	{problem.LintAnchorNoCertSign, Error, where(when(lacksCertSign), view.unusable)},
	{problem.LintAnchorNoCertSign, Warning, where(when(lacksCertSign), not(view.unusable))},
	{problem.LintAnchorNotSelfSigned, Warning, func(v view) ([]any, bool) {
		return []any{v.issuerName()}, !v.issued(v.Certificate)
	}},
	{problem.LintAnchorCritical, Error, where(when(isCriticalUnknown), view.unusable)},
	{problem.LintAnchorCritical, Warning, where(when(isCriticalUnknown), not(view.unusable))},
	{problem.LintAnchorAlgorithm, Error, anchorAlgorithm},
	{problem.LintAnchorPathLength, Warning, when(func(c Certificate) bool { return tooDeep(c, 1) })},
	{problem.LintNameConstraints, Error, where(constrained, view.allConstrained)},
	{problem.LintNameConstraints, Warning, where(constrained, not(view.allConstrained))},
	{problem.LintNameConstraints, Warning, excludesSome},
	{problem.LintSameSKI, Warning, sameSKI},
	{problem.LintAKIMismatch, Warning, akiMismatch},
	{problem.LintAKISerial, Warning, when(hasAKISerial)},
	{problem.LintRenewedTwin, Info, renewedTwin},
	{problem.LintSameSubject, Info, sameSubject},
}

// LintBundle finds what makes a trust bundle hazardous at an instant, bundle
// first, then anchor by anchor. The zero instant leaves dates out.
func LintBundle(b Bundle, id Identity, at time.Time) []Finding {
	v := view{anchors: b.certs, id: id, at: at}
	findings := judge(bundleRules, v)
	for i, anchor := range b.certs {
		v.Certificate, v.index = anchor, i
		findings = append(findings, judge(anchorRules, v)...)
	}
	return findings
}

func lacksCertSign(c Certificate) bool {
	return c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0
}

// earlier finds an anchor before this one in the bundle, so that each pair is
// reported once.
func (v view) earlier(like func(Certificate) bool) (Certificate, bool) {
	if i := slices.IndexFunc(v.anchors[:v.index], like); i >= 0 {
		return v.anchors[i], true
	}
	return v.Certificate, false
}

func (v view) sameKey(c Certificate) bool {
	return bytes.Equal(c.RawSubjectPublicKeyInfo, v.RawSubjectPublicKeyInfo)
}

func (v view) sameName(c Certificate) bool { return bytes.Equal(c.RawSubject, v.RawSubject) }

func sameSubject(v view) ([]any, bool) {
	other, found := v.earlier(func(c Certificate) bool { return v.sameName(c) && !v.sameKey(c) })
	return []any{other.short()}, found
}

func renewedTwin(v view) ([]any, bool) {
	other, found := v.earlier(func(c Certificate) bool { return v.sameName(c) && v.sameKey(c) })
	return []any{other.short()}, found
}

func sameSKI(v view) ([]any, bool) {
	other, found := v.earlier(func(c Certificate) bool {
		return v.SKI() != "" && c.SKI() == v.SKI() && !v.sameKey(c)
	})
	return []any{other.short(), v.SKI()}, found
}

// akiMismatch compares the AKI with the SKIs of all that signed the certificate.
func akiMismatch(v view) ([]any, bool) {
	var signers []Certificate
	for _, c := range slices.Concat(v.anchors, v.chain) {
		if c.issued(v.Certificate) && c.SKI() != "" {
			signers = append(signers, c)
		}
	}
	fits := slices.ContainsFunc(signers, func(c Certificate) bool { return c.SKI() == v.AKI() })
	return []any{v.AKI(), skis(signers)}, v.AKI() != "" && len(signers) > 0 && !fits
}

// hasAKISerial finds authorityCertIssuer [1] or authorityCertSerialNumber [2]
// (RFC 5280 section 4.2.1.1).
func hasAKISerial(c Certificate) bool {
	fields, _ := sequence(c.extension(oidAuthorityKeyID))
	for _, f := range fields {
		if f.Tag == 1 || f.Tag == 2 {
			return true
		}
	}
	return false
}

// p256Signatures are what linkerd2 pkg/issuercerts accepts on a P-256 certificate.
var p256Signatures = []x509.SignatureAlgorithm{x509.ECDSAWithSHA256, x509.SHA256WithRSA}

func isP256(c Certificate) bool {
	key, ok := c.PublicKey.(*ecdsa.PublicKey)
	return ok && key.Curve == elliptic.P256() && slices.Contains(p256Signatures, c.SignatureAlgorithm)
}

func anchorAlgorithm(v view) ([]any, bool) {
	good := isP256(v.Certificate)
	if key, ok := v.PublicKey.(*rsa.PublicKey); ok {
		bits := key.N.BitLen()
		good = (bits == 2048 || bits == 4096) && v.SignatureAlgorithm == x509.SHA256WithRSA
	}
	return algorithms(v.Certificate), !good
}

// isCriticalUnknown: a critical extension that verifiers do not know.
func isCriticalUnknown(c Certificate) bool { return len(c.UnhandledCriticalExtensions) > 0 }
