package pki

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// caUsage is right for Go, for webpki, and for webpki 0.104, which will ask for
// certSign; no digitalSignature, since no CA of ours signs anything else.
const caUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign

// MintAnchor makes a self-signed trust anchor. It carries no path length: an
// anchor with one cannot be cross-signed into a successor without Go clients
// counting the cross certificate against it. commonName must be new in each
// generation, or failures read as broken signatures.
func MintAnchor(key Key, commonName string, period Period, random io.Reader) (Certificate, error) {
	template := &x509.Certificate{Subject: pkix.Name{CommonName: commonName}, IsCA: true, MaxPathLen: -1, KeyUsage: caUsage}
	return selfSigned(template, key, period, random)
}

// RenewAnchor makes the anchor again: the same name bytes, key and key
// identifier, with new dates and a new serial number. To proxies it is the
// same anchor; every issuer under it stays valid.
func RenewAnchor(anchor Certificate, key Key, period Period, random io.Reader) (Certificate, error) {
	if !key.Matches(anchor) {
		return Certificate{}, problem.MintForeignKey.With(anchor.Subject.CommonName, anchor.Fingerprint()[:16])
	}
	return selfSigned(caTwin(anchor), key, period, random)
}

// CrossSign makes the certificate X: the incoming anchor's exact name bytes and
// key, signed by the outgoing anchor. It ends no later than either of them.
// The name is copied as bytes: Go and webpki compare bytes, and a name that was
// encoded anew (PrintableString, UTF8String) would match nothing.
func CrossSign(incoming, outgoing Certificate, outgoingKey Key, period Period, random io.Reader) (Certificate, error) {
	if limit, set := pathLen(outgoing); set && limit == 0 {
		return Certificate{}, problem.MintPathLen.With(outgoing.Subject.CommonName)
	}
	twin := caTwin(incoming)
	twin.AuthorityKeyId = outgoing.SubjectKeyId
	return signing{twin, incoming.PublicKey, outgoing, outgoingKey}.sign(period.Within(incoming, outgoing), random)
}

// caTwin is a template with the same name bytes, key identifier and name
// constraints as ca, and without a path length.
func caTwin(ca Certificate) *x509.Certificate {
	return &x509.Certificate{
		RawSubject: bytes.Clone(ca.RawSubject), Subject: ca.Subject, SubjectKeyId: bytes.Clone(ca.SubjectKeyId),
		IsCA: true, MaxPathLen: -1, KeyUsage: caUsage,
		PermittedDNSDomainsCritical: ca.PermittedDNSDomainsCritical,
		PermittedDNSDomains:         ca.PermittedDNSDomains, ExcludedDNSDomains: ca.ExcludedDNSDomains,
	}
}

// MintIssuer makes an issuer under the anchor for a public key: path length 0
// (it signs leaves only) and no extended key usage (an issuer limited to server
// authentication makes webpki refuse its leaves as clients). commonName is
// identity.<namespace>.<trust domain>, which `linkerd check` asks for.
func MintIssuer(publicKey crypto.PublicKey, commonName string, anchor Certificate, anchorKey Key, period Period,
	random io.Reader) (Certificate, error) {
	ski, err := mintSKI(publicKey)
	if err != nil {
		return Certificate{}, err
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: commonName}, IsCA: true, MaxPathLenZero: true, KeyUsage: caUsage,
		SubjectKeyId: ski, AuthorityKeyId: anchor.SubjectKeyId,
	}
	return signing{template, publicKey, anchor, anchorKey}.sign(period.Within(anchor), random)
}

func selfSigned(template *x509.Certificate, key Key, period Period, random io.Reader) (Certificate, error) {
	if key.Signer() == nil {
		return Certificate{}, problem.MintRefused.With(template.Subject.CommonName)
	}
	publicKey := key.Signer().Public()
	if len(template.SubjectKeyId) == 0 {
		ski, err := mintSKI(publicKey)
		if err != nil {
			return Certificate{}, err
		}
		template.SubjectKeyId = ski
	}
	return signing{template: template, publicKey: publicKey, signerKey: key}.sign(period, random)
}

// PathLen is the certificate's path length constraint; ok is false without one.
func (c Certificate) PathLen() (limit int, ok bool) { return pathLen(c) }

func pathLen(c Certificate) (limit int, ok bool) {
	return c.MaxPathLen, c.BasicConstraintsValid && c.MaxPathLen >= 0 && (c.MaxPathLen > 0 || c.MaxPathLenZero)
}
