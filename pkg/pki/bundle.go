package pki

import (
	"crypto/x509"
	"errors"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Bundle is an ordered set of trust anchors as delivered. The zero value holds
// none; only ParseBundle and NewBundle make others.
type Bundle struct{ certs []Certificate }

// ParseBundle reads PEM, one or more CERTIFICATE blocks, in their order. It
// refuses everything that the package comment names, all problems together;
// every certificate must be self-signed.
func ParseBundle(pem []byte) (Bundle, error) {
	certs, problems := parseCertificates(pem)
	for i, c := range certs {
		if p := anchorProblem(i+1, c); p != nil {
			problems = append(problems, p)
		}
	}
	if len(problems) > 0 {
		return Bundle{}, problems.Err()
	}
	return Bundle{certs}, nil
}

// ReadBundle reads what a mesh runs with, as tolerantly as Go's pools and the
// proxies: text before a block is passed over, a certificate that is repeated
// counts once, and an authority that another one issued is an anchor (lint warns).
// Text after the last block is refused: Linkerd's own reader fails on it.
func ReadBundle(pem []byte) (Bundle, error) {
	certs, problems := readCertificates(pem, true)
	certs = distinct(certs)
	for i, c := range certs {
		if p := anchorProblem(i+1, c); p != nil && !c.IsCA {
			problems = append(problems, p)
		}
	}
	if len(problems) > 0 {
		return Bundle{}, problems.Err()
	}
	return Bundle{certs}, nil
}

// distinct leaves out every certificate that stands there already.
func distinct(certs []Certificate) []Certificate {
	var all []Certificate
	for _, c := range certs {
		if !slices.ContainsFunc(all, c.sameDER) {
			all = append(all, c)
		}
	}
	return all
}

// NewBundle makes a bundle of parsed certificates in the order given. It
// refuses none at all and the same DER twice. Unlike ParseBundle it takes an
// intermediate: a live mesh may have one in its bundle, and there it is a root.
func NewBundle(certs ...Certificate) (Bundle, error) {
	if len(certs) == 0 {
		return Bundle{}, problem.PKINoCertificates.With()
	}
	if problems := duplicates(certs); len(problems) > 0 {
		return Bundle{}, problems.Err()
	}
	return Bundle{slices.Clone(certs)}, nil
}

// anchorProblem says why certificate number i (from 1) is no trust anchor; nil
// for one that names and signs itself.
func anchorProblem(i int, c Certificate) *problem.Problem {
	if !c.named(c) {
		return problem.PKIAnchorNotSelfSigned.With(i, c.short(), c.issuerName())
	}
	err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	var insecure x509.InsecureAlgorithmError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &insecure), errors.Is(err, x509.ErrUnsupportedAlgorithm):
		return problem.PKIAnchorUncheckable.With(i, c.short(), c.SignatureAlgorithm)
	}
	return problem.PKIAnchorNotSelfSigned.With(i, c.short(), c.issuerName())
}

// Marshal is the bundle's canonical PEM: CERTIFICATE blocks in order, LF,
// 64-column base64, no newline at the end.
func (b Bundle) Marshal() []byte { return marshal(b.certs) }

// Len is the number of anchors.
func (b Bundle) Len() int { return len(b.certs) }

// Certificates are the anchors in order; the slice is the caller's.
func (b Bundle) Certificates() []Certificate { return slices.Clone(b.certs) }

// Equal tells whether both hold the same anchors in the same order: then their
// bytes agree, and the charts' annotation with them.
func (b Bundle) Equal(other Bundle) bool {
	return slices.EqualFunc(b.certs, other.certs, Certificate.sameDER)
}

// Contains tells whether an anchor has this fingerprint (64 lower-case hex digits).
func (b Bundle) Contains(fingerprint string) bool {
	return slices.ContainsFunc(b.certs, func(c Certificate) bool { return c.Fingerprint() == fingerprint })
}
