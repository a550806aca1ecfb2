package custody

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// SPKI is the SHA-256 of a certificate's public key (SubjectPublicKeyInfo),
// lower-case hex.
func SPKI(c pki.Certificate) string { return hashed(c.RawSubjectPublicKeyInfo) }

// spkiOf is the same of a private key's public half. (Keys of every type that
// pki.ParseKey takes have one.)
func spkiOf(key pki.Key) string {
	der, err := x509.MarshalPKIXPublicKey(key.Signer().Public())
	if err != nil {
		return ""
	}
	return hashed(der)
}

func hashed(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}
