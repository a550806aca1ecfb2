package pki

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// certificateLabel is the PEM type of a certificate (RFC 7468 section 5).
const certificateLabel = "CERTIFICATE"

// Certificate is one parsed X.509 certificate; Raw is its DER.
type Certificate struct{ *x509.Certificate }

// Fingerprint is the SHA-256 of the DER, 64 lower-case hex digits.
func (c Certificate) Fingerprint() string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// SKI is the subject key identifier (RFC 5280 section 4.2.1.2) in the form
// "C2:6D:…", or "" if the certificate has none.
func (c Certificate) SKI() string { return colons(c.SubjectKeyId) }

// AKI is the authority key identifier (RFC 5280 section 4.2.1.1) in the form
// "C2:6D:…", or "" if the certificate has none.
func (c Certificate) AKI() string { return colons(c.AuthorityKeyId) }

// PEM is one canonical block without a final newline.
func (c Certificate) PEM() []byte {
	block := pem.EncodeToMemory(&pem.Block{Type: certificateLabel, Bytes: c.Raw})
	return bytes.TrimSuffix(block, []byte("\n"))
}

// Summary is one line for people: name, beginning of the fingerprint, and
// validity period (UTC, RFC 3339).
func (c Certificate) Summary() string {
	return fmt.Sprintf("%s valid %s to %s", c.short(), utc(c.NotBefore), utc(c.NotAfter))
}

// short names the certificate in messages: quoted name and the first 16 hex
// digits of the fingerprint.
func (c Certificate) short() string {
	return fmt.Sprintf("%q (%s)", c.name(), c.Fingerprint()[:16])
}

// name is the common name, or the whole subject where there is none.
func (c Certificate) name() string {
	if c.Subject.CommonName != "" {
		return c.Subject.CommonName
	}
	return c.Subject.String()
}

// issuerName is name of the issuer's side.
func (c Certificate) issuerName() string {
	if c.Issuer.CommonName != "" {
		return c.Issuer.CommonName
	}
	return c.Issuer.String()
}

// sameDER tells whether both are the same certificate, byte for byte.
func (c Certificate) sameDER(d Certificate) bool { return bytes.Equal(c.Raw, d.Raw) }

// named tells whether c carries the name that issued d. Both verifiers compare
// the raw bytes: PrintableString and UTF8String of one text are two names.
func (c Certificate) named(d Certificate) bool { return bytes.Equal(c.RawSubject, d.RawIssuer) }

// Signed reports whether c's key made d's signature; unlike CheckSignatureFrom it
// asks nothing about CA bit and key usage.
func (c Certificate) Signed(d Certificate) bool {
	return c.CheckSignature(d.SignatureAlgorithm, d.RawTBSCertificate, d.Signature) == nil
}

// issued tells whether c issued d: name and signature.
func (c Certificate) issued(d Certificate) bool { return c.named(d) && c.Signed(d) }

// parseCertificates reads strict PEM and gives its certificates in order.
func parseCertificates(input []byte) ([]Certificate, problem.List) {
	certs, problems := readCertificates(input, false)
	return certs, append(problems, duplicates(certs)...)
}

// maxRSA is the longest RSA key that is verified with, in bits. The time of a
// verification grows with the square of it and more.
const maxRSA = 8192

// readCertificates passes over text before blocks if it is tolerant.
func readCertificates(input []byte, tolerant bool) ([]Certificate, problem.List) {
	blocks, problems := readBlocks(input, certificatesOnly, tolerant)
	var certs []Certificate
	for _, b := range blocks {
		parsed, err := x509.ParseCertificate(b.der)
		if err != nil {
			problems = append(problems, problem.PKINotCertificate.With(b.number, b.total).Because(err))
			continue
		}
		if key, ok := parsed.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxRSA {
			problems = append(problems, problem.PKIKeyTooLarge.With(b.number, b.total, key.N.BitLen(), maxRSA))
			continue
		}
		certs = append(certs, Certificate{parsed})
	}
	return certs, problems
}

// duplicates reports every certificate that stands a second time.
func duplicates(certs []Certificate) problem.List {
	var problems problem.List
	first := map[string]int{}
	for i, c := range certs {
		if j, seen := first[string(c.Raw)]; seen {
			problems = append(problems, problem.PKIDuplicate.With(j+1, i+1, c.short()))
			continue
		}
		first[string(c.Raw)] = i
	}
	return problems
}

// marshal joins canonical blocks with one line break between them and none at
// the end: then the charts' two hashes of the bundle agree (templates
// _metadata.tpl hashes the value as given, identity.yaml mounts it trimmed).
func marshal(certs []Certificate) []byte {
	blocks := make([][]byte, len(certs))
	for i, c := range certs {
		blocks[i] = c.PEM()
	}
	return bytes.Join(blocks, []byte("\n"))
}

// colons writes bytes as openssl does: upper-case hex pairs joined by colons.
func colons(id []byte) string {
	pairs := make([]string, len(id))
	for i, b := range id {
		pairs[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(pairs, ":")
}

// utc writes an instant as messages show it.
func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }
