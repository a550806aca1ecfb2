package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Key is a private key. It prints as a placeholder under every verb, and a
// struct that holds one prints an address. Copies share one secret: Wipe on one
// wipes all.
type Key struct{ hidden **secret }

// secret stands behind two pointers. fmt walks into the unexported fields of a
// struct without asking their types how to print themselves, and follows one
// pointer when the verb does not fit it (%s, %q), but never a second one.
type secret struct {
	pem    []byte
	label  string
	signer crypto.Signer
}

// redacted is what a key prints as.
const redacted = "private key (not shown)"

// String never shows key bytes.
func (k Key) String() string { return redacted }

// GoString never shows key bytes.
func (k Key) GoString() string { return redacted }

// Format never shows key bytes, whatever the verb.
func (k Key) Format(s fmt.State, _ rune) { io.WriteString(s, redacted) }

// keyParsers by the PEM types that Linkerd reads (pkg/tls/codec.go).
var keyParsers = map[string]func([]byte) (any, error){
	"EC PRIVATE KEY":  func(der []byte) (any, error) { return x509.ParseECPrivateKey(der) },
	"RSA PRIVATE KEY": func(der []byte) (any, error) { return x509.ParsePKCS1PrivateKey(der) },
	pkcs8Label:        x509.ParsePKCS8PrivateKey,
}

const pkcs8Label = "PRIVATE KEY"

// ParseKey reads PEM, exactly one block: PKCS #8, SEC 1 or PKCS #1, holding an
// ECDSA, RSA or Ed25519 key; a block EC PARAMETERS before it, as openssl writes it,
// is left out, since Linkerd's reader refuses it. It refuses any text around the block, since the
// text as given goes into a Secret, and keys under a passphrase. Its errors
// tell offsets in the input, never what stands there.
func ParseKey(pem []byte) (Key, error) {
	if isEncrypted(pem) {
		return Key{}, problem.PKIKeyEncrypted.With()
	}
	pem = withoutParameters(pem)
	blocks, problems := readBlocks(pem, keysOnly, false)
	if n := countBlocks(pem); n > 1 {
		return Key{}, problem.PKIKeyBlocks.With(n)
	}
	if len(problems) > 0 {
		return Key{}, problems.Err()
	}
	text := bytes.TrimSpace(pem)
	if !bytes.HasPrefix(text, []byte(beginMarker)) {
		return Key{}, problem.PKIKeySurrounded.With(bytes.Index(pem, text))
	}
	signer, err := parseSigner(blocks[0])
	clear(blocks[0].der)
	if err != nil {
		return Key{}, err
	}
	held := &secret{bytes.Clone(text), blocks[0].label, signer}
	return Key{&held}, nil
}

// RemoteKey is a key that lives elsewhere and signs there: it has no PEM, and
// nothing to wipe.
func RemoteKey(signer crypto.Signer) Key {
	held := &secret{signer: signer}
	return Key{&held}
}

// withoutParameters cuts a block EC PARAMETERS (`openssl ecparam -genkey`) off the
// beginning. It names the curve, which the key does too.
func withoutParameters(pem []byte) []byte {
	const begin, end = beginMarker + "EC PARAMETERS" + dashes, endMarker + "EC PARAMETERS" + dashes
	text := bytes.TrimSpace(pem)
	_, rest, found := bytes.Cut(text, []byte(end))
	if !found || !bytes.HasPrefix(text, []byte(begin)) || bytes.Count(text[:len(text)-len(rest)], []byte(beginMarker)) != 1 {
		return pem
	}
	if rest = bytes.TrimSpace(rest); len(rest) == 0 {
		return pem
	}
	return rest
}

// keysOnly accepts the three types of private key blocks.
func keysOnly(label string, number, total int) *problem.Problem {
	if _, known := keyParsers[label]; known {
		return nil
	}
	return problem.PKIKeyForeign.With(number, total, label)
}

// isEncrypted finds both forms: RFC 5958 by its type, RFC 1421 by its header.
func isEncrypted(pem []byte) bool {
	text := string(pem)
	return strings.Contains(text, beginMarker+"ENCRYPTED "+pkcs8Label) ||
		strings.Contains(text, "Proc-Type: 4,ENCRYPTED")
}

// parseSigner parses the block's key. The parsers' own texts are dropped: they
// may quote what they read.
func parseSigner(b block) (crypto.Signer, error) {
	var whole asn1.RawValue
	rest, err := asn1.Unmarshal(b.der, &whole)
	if err != nil || len(rest) > 0 {
		return nil, problem.PKIKeyMalformed.With(b.label)
	}
	parsed, err := keyParsers[b.label](b.der)
	if err != nil {
		return nil, problem.PKIKeyMalformed.With(b.label)
	}
	switch key := parsed.(type) {
	case *ecdsa.PrivateKey:
		return key, nil
	case *rsa.PrivateKey:
		return key, nil
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, problem.PKIKeyUnsupported.With()
}

// Matches tells whether c certifies this key.
func (k Key) Matches(c Certificate) bool {
	signer := k.Signer()
	if signer == nil || c.Certificate == nil {
		return false
	}
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(c.PublicKey)
}

// secret is what the key holds; an empty one for no key.
func (k Key) secret() *secret {
	if k.hidden == nil {
		return &secret{}
	}
	return *k.hidden
}

// PKCS8 reports whether the key came as PKCS #8.
func (k Key) PKCS8() bool { return k.secret().label == pkcs8Label }

// SEC1 reports whether the key came as SEC 1 ("EC PRIVATE KEY"), the form that
// Linkerd's policy controller cannot read (linkerd2#7963; kubert-tls tries PKCS #8,
// then PKCS #1).
func (k Key) SEC1() bool { return k.secret().label == "EC PRIVATE KEY" }

// PEM is the key's block as given, without surrounding white space, as the
// charts write it (`b64enc (trim …)`). It is a copy; nil for no key.
func (k Key) PEM() []byte { return bytes.Clone(k.secret().pem) }

// Signer signs with the key; nil for no key or a wiped one.
func (k Key) Signer() crypto.Signer { return k.secret().signer }

// Wipe overwrites the key in memory as far as Go lets it: the standard library
// keeps copies of its own that only the garbage collector ends.
func (k Key) Wipe() {
	held := k.secret()
	clear(held.pem)
	switch key := held.signer.(type) {
	case *ecdsa.PrivateKey:
		wipeInt(key.D) //nolint:staticcheck // nothing else reaches the scalar, and the key is not used again
	case *rsa.PrivateKey:
		wipeInt(key.D)
		for _, prime := range key.Primes {
			wipeInt(prime)
		}
	case ed25519.PrivateKey:
		clear(key)
	}
	*held = secret{}
}

func wipeInt(n *big.Int) {
	if n != nil {
		clear(n.Bits())
	}
}
