package secret

import (
	"bytes"
	"encoding/binary"
)

// ageWords begin an identity of age (Bech32, of one case) and of its plugins.
var ageWords = []*word{
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
			from := at + len(word.text)
			if end, ok := identityEnd(l.text, from+joinLength(l.text[from:]), plugin); ok {
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
	from += joinLength(text[from:])
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

// joinLength is the length of what joins two strings of a source, from the quote that ends
// the first one, or 0.
func joinLength(text []byte) int {
	const reach = 32
	for at := 1; at < min(len(text), reach) && (text[0] == '"' || text[0] == '\''); at++ {
		switch {
		case text[at] == text[0]:
			return at + 1
		case bytes.IndexByte([]byte(" \t\r\n+.&\\"), text[at]) < 0:
			return 0
		}
	}
	return 0
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

var keystoreMagics = []*word{newMagic("\xfe\xed\xfe\xed\x00\x00\x00", "\xfe\xed", nil),
	newMagic("\xce\xce\xce\xce\x00\x00\x00", "\xce\x00", nil)}

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
