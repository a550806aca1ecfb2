package secret

import (
	"bytes"
	"encoding/binary"
)

// ageWords begin an identity of age (Bech32, of one case) and of its plugins.
var ageWords = []word{
	newWord("AGE-SECRET-KEY-", "Y-"), newWord("age-secret-key-", "-k"), newWord("Age-Secret-Key-", "-K"),
	newWord("AGE-PLUGIN-", "UG"), newWord("age-plugin-", "-p"),
}

const (
	minIdentity = 4    // characters behind the 1: pages write three dots there
	maxWords    = 48   // bytes before it
	maxIdentity = 8192 // of a post-quantum identity less
)

// ageIdentities finds identities of age, which open every key file of custody age.
func (s *search) ageIdentities(l *layer) {
	for _, word := range ageWords {
		plugin := word.text[4] == 'P' || word.text[4] == 'p'
		behind := 0
		for _, at := range l.all(word) {
			if at < behind {
				continue
			}
			if end, ok := identityEnd(l.text, at+len(word.text), plugin); ok {
				s.say(l, at, end, "age identity")
				behind = end
			}
		}
	}
}

// identityEnd reads what follows the first words of an identity: more words, "1",
// and characters of Bech32. A plugin's name has a dash before the 1.
func identityEnd(text []byte, at int, plugin bool) (end int, ok bool) {
	one := bytes.IndexByte(text[at:min(len(text), at+maxWords)], '1')
	if plugin {
		if one = bytes.Index(text[at:min(len(text), at+maxWords)], []byte("-1")); one == 0 {
			return 0, false
		}
		one++
	}
	if one < 0 || plugin && one == 0 || one > 0 && text[at+one-1] != '-' || !isIdentity(text[at:at+one]) {
		return 0, false
	}
	from := at + one + 1
	end = from
	for end < len(text) && end-from < maxIdentity && six[text[end]] < 62 {
		end++
	}
	if end-from < minIdentity || len(bytes.Trim(text[from:end], "xX")) == 0 {
		return 0, false
	}
	after := text[end:]
	return end, !bytes.HasPrefix(after, []byte(".")) && !bytes.HasPrefix(after, []byte("…")) && !bytes.HasPrefix(after, []byte("<"))
}

// isIdentity reports whether a text may be the words of an identity.
func isIdentity(text []byte) bool {
	for _, c := range text {
		if six[c] > 62 || c == '+' {
			return false
		}
	}
	return true
}

var (
	puttyMagic = newWord("PuTTY-User-Key-File-", "TY")
	puttyLines = []byte("Private-Lines:")
)

// putty finds keys of PuTTY (PPK).
func (s *search) putty(l *layer) {
	for _, at := range l.all(puttyMagic) {
		rest := l.text[at:min(len(l.text), at+64<<10)]
		if next := puttyMagic.next(rest, 1); next >= 0 {
			rest = rest[:next]
		}
		if i := bytes.Index(rest, puttyLines); i >= 0 {
			end := at + i + len(puttyLines)
			s.say(l, at, min(len(l.text), end+8<<10), "PuTTY private key")
		}
	}
}

// Bounds of a JWK, in bytes: RSA keys of 16,384 bits fit.
const (
	maxJWK    = 16 << 10
	minScalar = 20
)

var wordKty = newWord("kty", "kt")

// jwk finds JSON Web Keys (RFC 7517) that have the member "d", in JSON of any
// escaping and in YAML.
func (s *search) jwk(l *layer) {
	done := 0
	for _, at := range l.all(wordKty) {
		if at < done {
			continue
		}
		from, end := objectAround(l.text, at, max(0, done-jwkOverlap))
		done = end
		if hasScalar(l.text[from:end]) {
			s.say(l, from, end, "JSON Web Key with its private part")
		}
	}
}

// jwkOverlap is how far objects that follow one another are read again, in bytes.
const jwkOverlap = 2 << 10

// objectAround is the object that has a member at a place: between its braces,
// which do not count in strings, or as far as a key may reach.
func objectAround(text []byte, at, low int) (from, end int) {
	quote := byte('"')
	if at > 0 && text[at-1] == '\'' {
		quote = '\''
	}
	isQuoted := at > 0 && text[at-1] == quote
	from = max(low, at-maxJWK)
	depth, inside := 0, isQuoted
	for i := at - 1; i >= from; i-- {
		switch c := text[i]; {
		case c == quote:
			inside = !inside
		case inside:
		case c == '}':
			depth++
		case c == '{':
			if depth--; depth < 0 {
				from = i
			}
		}
	}
	end = min(len(text), at+maxJWK)
	depth, inside = 0, isQuoted
	for i := at; i < end; i++ {
		switch c := text[i]; {
		case c == quote:
			inside = !inside
		case inside:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth < 0 {
				end = i
			}
		}
	}
	return from, end
}

// hasScalar reports whether an object has a member d of base64.
func hasScalar(object []byte) bool {
	for i, c := range object {
		if c == 'd' && !isWordEnd(object[:i]) && scalarLength(object[i+1:]) >= minScalar {
			return true
		}
	}
	return false
}

// isWordEnd reports whether a text ends within a word. An escaped line end is none.
func isWordEnd(text []byte) bool {
	n := len(text)
	if n == 0 || n > 1 && text[n-1] == 'n' && text[n-2] == '\\' {
		return false
	}
	return text[n-1] != '-' && six[text[n-1]] < 64
}

// scalarLength is the length of the base64 that a colon, quotes and white space
// stand before.
func scalarLength(text []byte) int {
	value := bytes.TrimLeft(text, "\"'\\: \t\r\n")
	if bytes.Count(text[:len(text)-len(value)], []byte(":")) != 1 {
		return 0
	}
	for n := 0; n < 4 && len(value) > 0; n++ { // what YAML has before a value
		stop := ""
		switch value[0] {
		case '!', '&':
			stop = " \t\r\n"
		case '>', '|', '#':
			stop = "\n"
		}
		i := bytes.IndexAny(value[:min(len(value), 128)], stop)
		if i < 0 {
			break
		}
		value = bytes.TrimLeft(value[i:], "\"' \t\r\n")
	}
	return len(value) - len(bytes.TrimLeft(value, alphabet))
}

var keystoreMagics = []word{newMagic("\xfe\xed\xfe\xed\x00\x00\x00", "\xfe\xed", nil), newMagic("\xce\xce\xce\xce\x00\x00\x00", "\xce\x00", nil)}

// keystores finds keystores of Java (JKS, JCEKS) that have a private key or a
// secret one: stores of trusted certificates have none.
func (s *search) keystores(l *layer) {
	for _, magic := range keystoreMagics {
		for _, at := range l.all(magic) {
			if hasKeyEntry(l.text[at:]) {
				s.say(l, at, len(l.text), nounJKS)
			}
		}
	}
}

// hasKeyEntry walks over the entries of a keystore up to the first key. One that
// cannot be walked over is taken to have a key.
func hasKeyEntry(store []byte) bool {
	const fixed = 12 // magic, version and number of entries
	if len(store) < fixed || store[7] < 1 || store[7] > 2 {
		return false
	}
	rest := store[fixed:]
	for range min(binary.BigEndian.Uint32(store[8:]), 10_000) {
		if len(rest) < 4 || binary.BigEndian.Uint32(rest) != 2 {
			return true
		}
		rest = rest[4:]
		for _, size := range []int{2, 8, 2, 4} { // alias, date, type, certificate
			if len(rest) < size {
				return true
			}
			n := 0
			switch size {
			case 2:
				n = int(binary.BigEndian.Uint16(rest))
			case 4:
				n = int(binary.BigEndian.Uint32(rest))
			}
			if rest = rest[size:]; len(rest) < n {
				return true
			}
			rest = rest[n:]
		}
	}
	return false
}
