package pki

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"math/big"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Period is the validity of a certificate to mint, in UTC and whole seconds
// (X.509 knows no smaller unit, RFC 5280 section 4.1.2.5).
type Period struct{ NotBefore, NotAfter time.Time }

// PeriodAt starts backDated before the instant, so that a proxy whose clock is
// behind accepts the certificate at once, and lasts for life from the instant.
func PeriodAt(instant time.Time, backDated, life time.Duration) Period {
	return Period{instant.Add(-backDated), instant.Add(life)}.canonical()
}

// Within is p cut to what every one of the certificates allows at its end: a
// certificate that outlives its signer is a trap for the next operator.
func (p Period) Within(signers ...Certificate) Period {
	for _, s := range signers {
		if s.NotAfter.Before(p.NotAfter) {
			p.NotAfter = s.NotAfter
		}
	}
	return p.canonical()
}

func (p Period) canonical() Period {
	return Period{p.NotBefore.UTC().Truncate(time.Second), p.NotAfter.UTC().Truncate(time.Second)}
}

// signing is one certificate to be made: what it says and who signs it.
type signing struct {
	template  *x509.Certificate
	publicKey crypto.PublicKey
	signer    Certificate // zero: self-signed
	signerKey Key
}

// sign makes the certificate. The same arguments and the same random bytes give
// the same certificate: ECDSA signatures are those of RFC 6979.
func (s signing) sign(period Period, random io.Reader) (Certificate, error) {
	period = period.canonical()
	if !period.NotBefore.Before(period.NotAfter) {
		return Certificate{}, problem.MintPeriod.With(instantText(period.NotBefore), instantText(period.NotAfter))
	}
	parent := s.signer.Certificate
	if parent == nil {
		parent = s.template
	} else if !s.signerKey.Matches(s.signer) {
		return Certificate{}, problem.MintForeignKey.With(s.signer.Subject.CommonName, s.signer.Fingerprint()[:16])
	}
	serial, err := mintSerial(random)
	if err != nil {
		return Certificate{}, err
	}
	s.template.SerialNumber = serial
	s.template.NotBefore, s.template.NotAfter = period.NotBefore, period.NotAfter
	s.template.BasicConstraintsValid = true
	der, err := x509.CreateCertificate(random, s.template, parent, s.publicKey, deterministic{s.signerKey.Signer()})
	if err != nil {
		return Certificate{}, problem.MintRefused.With(s.template.Subject.CommonName).Because(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		return Certificate{}, problem.MintRefused.With(s.template.Subject.CommonName).Because(err)
	}
	return Certificate{made}, nil
}

// mintSerial draws 127 random bits: positive in 16 bytes, and far more than the
// 64 bits of entropy that the CA/Browser Forum asks for. Zero is drawn again.
func mintSerial(random io.Reader) (*big.Int, error) {
	for range mintAttempts {
		var b [16]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return nil, problem.MintRandomness.With().Because(err)
		}
		b[0] &= 0x7f
		if n := new(big.Int).SetBytes(b[:]); n.Sign() > 0 {
			return n, nil
		}
	}
	return nil, problem.MintRandomness.With()
}

// mintSKI is method 1 of RFC 7093: the leftmost 160 bits of SHA-256 over the
// subjectPublicKey bit string. SHA-1 (RFC 5280's method 1) is not offered by a
// FIPS 140 build of Go, and nobody compares how an SKI was made.
func mintSKI(publicKey crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(publicKey)
	if err != nil {
		return nil, problem.MintRefused.With("subject key identifier").Because(err)
	}
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		PublicKey asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, problem.MintRefused.With("subject key identifier").Because(err)
	}
	sum := sha256.Sum256(info.PublicKey.Bytes)
	return sum[:20], nil
}

// canonicalPEM is one block, LF, without a newline at its end.
func canonicalPEM(blockType string, der []byte) []byte {
	return []byte(strings.TrimSuffix(string(pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der})), "\n"))
}

func instantText(t time.Time) string { return t.UTC().Format(time.RFC3339) }
