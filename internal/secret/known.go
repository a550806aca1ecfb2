package secret

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"slices"
)

// Known finds private keys that the caller has, in whatever form a text may have
// them. It looks for parts of their secret numbers, so it also finds a key without
// its format, and a piece of one.
type Known struct {
	raw     [][]byte // pieces of the numbers
	base64  [][]byte // of the numbers in base64
	hex     [][]byte // of the numbers in hexadecimal, in small letters
	unknown [][]byte // keys in formats that have no number here, without white space
}

// Lengths of pieces. Where a text has twice as much of a number, it has a piece.
const (
	rawPiece    = 8
	base64Piece = 11
	hexPiece    = 16
)

// NewKnown returns what finds some keys in PEM.
func NewKnown(keys ...[]byte) *Known {
	k := new(Known)
	for _, key := range keys {
		block, _ := pem.Decode(key)
		if block == nil {
			continue
		}
		numbers := secretNumbers(block.Bytes)
		if len(numbers) == 0 {
			k.unknown = append(k.unknown, []byte(base64.StdEncoding.EncodeToString(block.Bytes)))
		}
		for _, n := range numbers {
			k.raw = append(k.raw, pieces(n, rawPiece)...)
			k.hex = append(k.hex, pieces([]byte(hex.EncodeToString(n)), hexPiece)...)
			for skip := range 3 { // where in a group of three bytes the number begins
				k.base64 = append(k.base64, pieces([]byte(base64.RawStdEncoding.EncodeToString(n[skip:])), base64Piece)...)
			}
		}
	}
	return k
}

// secretNumbers are the parts of a private key that are in no certificate.
func secretNumbers(der []byte) [][]byte {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		if key, err = x509.ParseECPrivateKey(der); err != nil {
			key, _ = x509.ParsePKCS1PrivateKey(der)
		}
	}
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		if d, err := key.Bytes(); err == nil {
			return [][]byte{d}
		}
	case ed25519.PrivateKey:
		return [][]byte{key.Seed()}
	case *rsa.PrivateKey:
		if key == nil {
			return nil
		}
		numbers := [][]byte{key.D.Bytes()}
		for _, prime := range key.Primes {
			numbers = append(numbers, prime.Bytes())
		}
		return numbers
	}
	return nil
}

// pieces cuts a text into pieces of one length; what is left at the end is none.
func pieces(text []byte, length int) [][]byte {
	whole := slices.Collect(slices.Chunk(text, length))
	if len(text)%length > 0 {
		whole = whole[:len(whole)-1]
	}
	return whole
}

// In reports whether a text has a key, or a piece of one: also where the text has
// more encodings than can be searched.
func (k *Known) In(text []byte) (found bool) {
	s := new(Searcher).newSearch()
	s.visit = func(text []byte) { found = found || k.isPlain(text) }
	s.bytesRead = int64(len(text))
	if err := s.scan(bytes.NewReader(text), layer{place: placeFrom(0)}, windowSize, overlapSize); err != nil {
		return true
	}
	return found || slices.ContainsFunc(s.found, func(f Finding) bool { return f.Unsearched && f.Form != notUnpacked })
}

// isPlain reports whether a text has a key without further encoding.
func (k *Known) isPlain(text []byte) bool {
	return containsAny(text, k.raw) || containsAny(onlyBase64(text), k.base64) ||
		containsAny(onlyBase64(text), k.unknown) || containsAny(onlyHex(text), k.hex)
}

func containsAny(text []byte, pieces [][]byte) bool {
	return slices.ContainsFunc(pieces, func(piece []byte) bool { return bytes.Contains(text, piece) })
}

// onlyBase64 is a text without what may stand between characters of base64: white
// space, quotes and line ends that are escaped. The URL alphabet becomes the other.
func onlyBase64(text []byte) []byte {
	plain := make([]byte, 0, len(text))
	for at := 0; at < len(text); at++ {
		switch c := text[at]; {
		case c == '\\' && at+1 < len(text) && bytes.IndexByte([]byte("nrt"), text[at+1]) >= 0:
			at++
		case c == '-':
			plain = append(plain, '+')
		case c == '_':
			plain = append(plain, '/')
		case six[c] < 64 || c == '=':
			plain = append(plain, c)
		}
	}
	return plain
}

// onlyHex is a text of its hexadecimal digits, in small letters, without what
// stands between those of a dump.
func onlyHex(text []byte) []byte {
	text = bytes.ToLower(text)
	plain := make([]byte, 0, len(text))
	for at, c := range text {
		next := byte(' ')
		if at+1 < len(text) {
			next = text[at+1]
		}
		if kind := hexKinds[c]; kind == 0 || kind == hexDigit && !(c == '0' && next == 'x') {
			plain = append(plain, c)
		}
	}
	return plain
}
