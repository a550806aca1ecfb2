package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"io"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// KeyForm is the PEM form of a minted private key.
type KeyForm int

// Forms of private keys. Linkerd's identity reads both; its policy controller
// reads PKCS8 only (linkerd2 #7963), and step and openssl write SEC1.
const (
	FormSEC1 KeyForm = iota
	FormPKCS8
)

// mintAttempts bounds the draws from the random source: a draw is out of range
// about once in 2^32, so a source that fails this often is broken.
const mintAttempts = 16

// MintKey makes a P-256 key from 32 bytes of the random source. The bytes are
// the private scalar; those out of range are drawn again.
func MintKey(form KeyForm, random io.Reader) (Key, error) {
	var scalar [32]byte
	defer clear(scalar[:])
	for range mintAttempts {
		if _, err := io.ReadFull(random, scalar[:]); err != nil {
			return Key{}, problem.MintRandomness.With().Because(err)
		}
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
		if err == nil {
			return keyOf(key, form)
		}
	}
	return Key{}, problem.MintRandomness.With()
}

// keyOf writes the key in its form and reads it back, so that a minted key and
// one from a file are the same kind of value.
func keyOf(key *ecdsa.PrivateKey, form KeyForm) (Key, error) {
	marshal, block := x509.MarshalECPrivateKey, "EC PRIVATE KEY"
	if form == FormPKCS8 {
		marshal, block = func(k *ecdsa.PrivateKey) ([]byte, error) { return x509.MarshalPKCS8PrivateKey(k) }, "PRIVATE KEY"
	}
	der, err := marshal(key)
	if err != nil {
		return Key{}, problem.MintRandomness.With()
	}
	defer clear(der)
	return ParseKey(canonicalPEM(block, der))
}

// deterministic signs without randomness: ECDSA by RFC 6979 (Go's crypto/ecdsa
// does so when it is given no source), RSA PKCS #1 v1.5 and Ed25519 by nature.
type deterministic struct{ crypto.Signer }

// Sign leaves the caller's random source aside.
func (d deterministic) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return d.Signer.Sign(nil, digest, opts)
}
