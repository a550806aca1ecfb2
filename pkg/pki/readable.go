package pki

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// Limits of how proxies read certificates.
const (
	// maxReadable is far below the 64 KiB that rustls-webpki reads, in bytes: a leaf and
	// its chain have to fit into one message of a handshake, which is as large.
	maxReadable = 16 << 10
	// maxPathLen: rustls-webpki reads the constraint as one byte.
	maxPathLen = 255
)

// The parts of a certificate (RFC 5280 section 4.1) that rustls-webpki reads, without
// the unique identifiers, which it refuses (0.103; src/cert.rs).
type (
	derCertificate struct {
		TBS       derTBS
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	derTBS struct {
		Version         int `asn1:"explicit,tag:0"`
		Serial          *big.Int
		Algorithm       pkix.AlgorithmIdentifier
		Issuer          asn1.RawValue
		Validity        struct{ NotBefore, NotAfter time.Time }
		Subject, Public asn1.RawValue
		Extensions      []pkix.Extension `asn1:"explicit,tag:3"`
	}
	derBasicConstraints struct {
		IsCA    bool `asn1:"optional"`
		PathLen int  `asn1:"optional,default:-1"`
	}
)

// UnreadByProxies says what in a certificate the verifier of proxies may not read, ""
// if nothing: Go reads more than rustls-webpki does, which refuses such an issuer and
// leaves such an anchor out. What is not encoded as DER says is all of that kind: for
// what is brought this is stricter than [unreadAnchor] and [unreadChain], which say what
// one release refuses of what is there.
func (c Certificate) UnreadByProxies() string {
	var parts derCertificate
	public, err := x509.MarshalPKIXPublicKey(c.PublicKey)
	switch {
	case len(c.Raw) > maxReadable:
		return fmt.Sprintf("it has %d bytes, and more than %d are not safe", len(c.Raw), maxReadable)
	case c.Version != 3:
		return fmt.Sprintf("its version is %d, not 3", c.Version)
	case !roundTrips(c.Raw, &parts) || parts.Signature.BitLength%8 != 0:
		return "it has unique identifiers, or its encoding is not DER"
	case err != nil || !bytes.Equal(public, c.RawSubjectPublicKeyInfo):
		return "its public key is encoded in an unusual way"
	case !usualParameters(parts.Algorithm):
		return "its signature algorithm is encoded in an unusual way"
	case c.MaxPathLen > maxPathLen:
		return fmt.Sprintf("its path length constraint is %d, and more than %d is not read", c.MaxPathLen, maxPathLen)
	case hasUnknownCritical(c):
		return "it has a critical extension that they do not know"
	}
	for _, e := range c.Extensions {
		if !isReadable(e) {
			return fmt.Sprintf("the encoding of its extension %s is not DER", e.Id)
		}
	}
	return ""
}

// roundTrips reads DER into a struct and reports whether it was encoded as Go would.
func roundTrips[T any](der []byte, into *T) bool {
	if rest, err := asn1.Unmarshal(der, into); err != nil || len(rest) > 0 {
		return false
	}
	again, err := asn1.Marshal(*into)
	return err == nil && bytes.Equal(again, der)
}

// rsaSignatures is where the identifiers of RSA signatures are: they have NULL for
// parameters, and those of other signatures have none.
var rsaSignatures = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1}

func usualParameters(a pkix.AlgorithmIdentifier) bool {
	if len(a.Algorithm) == 7 && a.Algorithm[:6].Equal(rsaSignatures) {
		return bytes.Equal(a.Parameters.FullBytes, asn1.NullBytes)
	}
	return len(a.Parameters.FullBytes) == 0
}

// isReadable judges the extensions of id-ce that rustls-webpki reads.
func isReadable(e pkix.Extension) bool {
	if len(e.Id) != 4 || !e.Id[:3].Equal(asn1.ObjectIdentifier{2, 5, 29}) || !slices.Contains(knownExtensions, e.Id[3]) {
		return true
	}
	switch e.Id[3] {
	case 15:
		return roundTrips(e.Value, new(asn1.BitString))
	case 19:
		return roundTrips(e.Value, new(derBasicConstraints))
	}
	_, ok := sequence(e.Value)
	return ok
}
