package secret

import "bytes"

// Nouns of binary keys.
const (
	nounDER       = "DER private key"
	nounEncrypted = "encrypted DER private key"
	nounPKCS12    = "PKCS #12 container"
	nounOpenSSH   = "OpenSSH private key"
	nounPGP       = "PGP private key"
	nounJKS       = "Java keystore"
)

// Tags of ASN.1 (X.690).
const (
	tagInteger = 0x02
	tagOctets  = 0x04
	tagOID     = 0x06
	tagSeq     = 0x30
)

var (
	// oidPKCS begins the object identifiers of PKCS: 1.2.840.113549.1.
	oidPKCS  = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01}
	wordPKCS = newMagic(string(oidPKCS), "\xf7\x0d", nil)
	// wordVersion is the version that each clear key and PKCS #12 begin with.
	wordVersion = newMagic("\x02\x01", "\x02\x01", func(text []byte) bool { return len(text) > 3 && text[2] <= 3 })
	// openSSHMagic begins a key of OpenSSH (PROTOCOL.key).
	openSSHMagic = newMagic("openssh-key-v1\x00", "v1", nil)
)

// keyAt says which private key a text begins with. It looks at the structure of
// the formats, so keys of algorithms that crypto/x509 does not know are keys too.
func keyAt(text []byte) (noun string, ok bool) {
	switch {
	case bytes.HasPrefix(text, openSSHMagic.text):
		return nounOpenSSH, true
	case isPGP(text):
		return nounPGP, true
	}
	noun, _, ok = derKey(text)
	return noun, ok
}

// isPGP reports whether a text begins with a secret key packet of version 4 to 6
// (RFC 9580 section 5.5.3). It is asked only behind a marker.
func isPGP(text []byte) bool {
	if len(text) < 8 || text[0]&0x80 == 0 {
		return false
	}
	if text[0]&0x40 == 0 {
		return text[0]>>2&15 == 5 && text[0]&3 == 1 && text[3] >= 3 && text[3] <= 6
	}
	return text[0]&63 == 5
}

// derKey reads a private key in DER at the begin of a text: PKCS #8 (RFC 5958),
// encrypted or not, PKCS #1 (RFC 8017), SEC 1 (RFC 5915), DSA, and PKCS #12
// (RFC 7292).
func derKey(text []byte) (noun string, length int, ok bool) {
	if isPKCS12(text) {
		_, _, rest, whole := element(text)
		if !whole {
			return nounPKCS12, min(len(text), 64), true
		}
		return nounPKCS12, len(text) - len(rest), true
	}
	tag, body, rest, whole := element(text)
	if !whole || tag != tagSeq {
		return "", 0, false
	}
	length = len(text) - len(rest)
	first, value, rest, whole := element(body)
	switch {
	case !whole:
	case first == tagInteger && len(value) == 1 && value[0] <= 1 && isPlainKey(value[0], rest):
		return nounDER, length, true
	case first == tagSeq && isEncryption(value):
		if tag, _, _, whole := element(rest); whole && isOctets(tag) {
			return nounEncrypted, length, true
		}
	}
	return "", 0, false
}

// isPlainKey reports whether what follows a version is a private key.
func isPlainKey(version byte, rest []byte) bool {
	tag, value, rest, ok := element(rest)
	switch {
	case !ok:
		return false
	case tag == tagSeq: // PKCS #8: the algorithm, and the key in an octet string
		oid, _, _, hasOID := element(value)
		octets, key, _, hasKey := element(rest)
		return hasOID && oid == tagOID && hasKey && isOctets(octets) && len(key) >= 16
	case tag == tagOctets && version == 1: // SEC 1: the key, curve and public key
		return len(value) >= 16 && len(value) <= 80 && (len(rest) == 0 || rest[0] == 0xa0 || rest[0] == 0xa1)
	case tag == tagInteger && len(value) >= 32: // PKCS #1 and DSA: at least five numbers
		for range 4 {
			if tag, _, rest, ok = element(rest); !ok || tag != tagInteger {
				return false
			}
		}
		return true
	}
	return false
}

// isEncryption reports whether an algorithm encrypts by a password: PKCS #5 or
// PKCS #12.
func isEncryption(algorithm []byte) bool {
	tag, oid, _, ok := element(algorithm)
	return ok && tag == tagOID && len(oid) > len(oidPKCS) && bytes.HasPrefix(oid, oidPKCS) &&
		(oid[len(oidPKCS)] == 5 || oid[len(oidPKCS)] == 12)
}

// isPKCS12 reads the begin of a container: version 3, and content of PKCS #7.
// Lengths may be indefinite (BER), so they are passed over.
func isPKCS12(text []byte) bool {
	rest, ok := header(text, tagSeq)
	if !ok || !bytes.HasPrefix(rest, []byte{tagInteger, 1, 3}) {
		return false
	}
	rest, ok = header(rest[3:], tagSeq)
	return ok && len(rest) > 2 && rest[0] == tagOID && bytes.HasPrefix(rest[2:], oidPKCS) &&
		len(rest) > 2+len(oidPKCS) && rest[2+len(oidPKCS)] == 7
}

// header passes over a tag and its length.
func header(text []byte, tag byte) (rest []byte, ok bool) {
	if len(text) < 2 || text[0] != tag {
		return nil, false
	}
	size := 2
	if text[1] > 0x80 {
		size += int(text[1] & 0x7f)
	}
	if size > 6 || len(text) < size {
		return nil, false
	}
	return text[size:], true
}

// element reads one element of DER, or of BER with lengths that are indefinite.
func element(text []byte) (tag byte, value, rest []byte, ok bool) { return elementAt(text, 0) }

func elementAt(text []byte, depth int) (tag byte, value, rest []byte, ok bool) {
	if len(text) < 2 {
		return 0, nil, nil, false
	}
	if text[1] == 0x80 && text[0]&0x20 != 0 {
		value, rest, ok = indefinite(text, depth)
		return text[0], value, rest, ok
	}
	length, at, ok := definite(text)
	if !ok || length > len(text)-at {
		return 0, nil, nil, false
	}
	return text[0], text[at : at+length], text[at+length:], true
}

// definite is the length of an element's value, and where it begins.
func definite(text []byte) (length, at int, ok bool) {
	length, at = int(text[1]), 2
	if length < 0x80 {
		return length, at, true
	}
	n := length & 0x7f
	if n == 0 || n > 4 || len(text) < at+n {
		return 0, 0, false
	}
	length = 0
	for _, b := range text[at : at+n] {
		length = length<<8 | int(b)
	}
	return length, at + n, true
}

const (
	maxBER   = 64 << 10 // bytes of an element without a length: more than of any key
	maxInner = 6        // of them in one another
)

// indefinite reads an element that two zero bytes end (X.690 section 8.1.3.6).
func indefinite(text []byte, depth int) (value, rest []byte, ok bool) {
	near := text[:min(len(text), maxBER)]
	for at := 2; depth < maxInner && at+2 <= len(near); {
		if near[at] == 0 && near[at+1] == 0 {
			return text[2:at], text[at+2:], true
		}
		_, _, behind, whole := elementAt(near[at:], depth+1)
		if !whole {
			break
		}
		at = len(near) - len(behind)
	}
	return nil, nil, false
}

// isOctets reports whether a tag is that of an octet string, also one in pieces.
func isOctets(tag byte) bool { return tag&^0x20 == tagOctets }

// binary finds keys that are not text, wherever they begin.
func (s *search) binary(l *layer) {
	s.derKeys(l)
	s.derEncrypted(l)
	for _, at := range l.all(openSSHMagic) {
		if !l.isFound(at) {
			s.say(l, at, len(l.text), nounOpenSSH)
		}
	}
	s.keystores(l)
	s.pgpPackets(l)
	s.blobs(l)
	s.packed(l)
}

// derKeys looks for clear keys and PKCS #12 at their versions.
func (s *search) derKeys(l *layer) {
	behind := 0
	for _, at := range l.all(wordVersion) {
		if at >= behind {
			behind = s.derBefore(l, at, 6)
		}
	}
}

// derEncrypted looks for the algorithm that an encrypted key begins with.
func (s *search) derEncrypted(l *layer) {
	for _, at := range l.all(wordPKCS) {
		if !l.isFound(at) {
			s.derBefore(l, at, 14)
		}
	}
}

// derBefore tries each sequence that begins at most so many bytes before a
// place, and returns the end of the key.
func (s *search) derBefore(l *layer, at, reach int) int {
	for from := max(0, at-reach); from < at; from++ {
		if l.text[from] != tagSeq {
			continue
		}
		if noun, length, ok := derKey(l.text[from:]); ok && !l.isFound(from) {
			s.say(l, from, from+length, noun)
			return from + length
		}
		if !l.cut && isBeginOfKey(l.text[from:]) && !l.isFound(from) {
			s.say(l, from, len(l.text), nounDER+" that is cut off")
		}
	}
	return 0
}
