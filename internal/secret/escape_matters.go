package secret

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// words are near an escape that hides a part of a marker.
var words = [][]byte{threeDashes, []byte("BEGI"), []byte("VATE"), []byte("KEY"), []byte("kty"), []byte("secret-key")}

// matters reports whether an escape may be of a key's text: it is near a word of
// a marker, in base64, or beside another one. In bytes that are no text there are
// escapes by chance.
func matters(text []byte, at, n int, c rune) bool {
	switch {
	case !hides(text[at:], n):
		return false // \n, \t, \" and \/ hide nothing
	case c < 0:
		return isCapital(text, at-1) && isCapital(text, at+n)
	case c > 0xff && !unicode.IsSpace(c):
		return false
	}
	return !hasControlNear(text, at, n) && (isBeforeEscape(text[at+n:]) || isOfKey(c) && isNearKey(text, at, n, c))
}

// hasControlNear reports whether bytes that no text has are around an escape.
func hasControlNear(text []byte, at, n int) bool {
	for _, c := range text[max(0, at-8):min(len(text), at+n+8)] {
		if !isASCII(c) && c < utf8.RuneSelf {
			return true
		}
	}
	return false
}

// isOfKey reports whether the text of a key may have a character, or what is around it.
func isOfKey(c rune) bool {
	if c > 127 {
		return unicode.IsSpace(c)
	}
	return six[byte(c)] < 64 || strings.ContainsRune("\n\r\t =:\"{}\\%&", c)
}

// isNearKey reports whether base64, a member of a JWK or a word of a marker is around
// an escape.
func isNearKey(text []byte, at, n int, c rune) bool {
	if base64Before(text[:at])+base64Behind(text[at+n:]) >= 24 || isMember(text, at, n, c) {
		return true
	}
	near := text[max(0, at-40):min(len(text), at+n+40)]
	return slices.ContainsFunc(words, func(w []byte) bool { return bytes.Contains(near, w) })
}

// hides reports whether an escape, of so many bytes, is of a kind that hides what
// it stands for.
func hides(text []byte, n int) bool {
	return n > 2 || n == 2 && text[1] >= '0' && text[1] <= '7'
}

// isBeforeEscape reports whether an escape of a byte follows, at once or behind what
// stands between the elements of a list.
func isBeforeEscape(text []byte) bool {
	for at := range min(len(text), 6) {
		if isEscape(text[at]) {
			c, n := escape(text[at:])
			if hides(text[at:], n) {
				return c >= 0 && c <= 0xff
			}
		}
	}
	return false
}

// isMember reports whether an escape is of the name of a member of a JWK: kty, d.
func isMember(text []byte, at, n int, c rune) bool {
	if c != 'k' && c != 't' && c != 'y' && c != 'd' {
		return false
	}
	plain, _, _ := unescape(text[max(0, at-16):min(len(text), at+n+16)], escapeMarks, false)
	return bytes.Contains(plain, wordKty.text) || bytes.Contains(plain, []byte(`"d"`)) || bytes.Contains(plain, []byte(`d\"`))
}

func isCapital(text []byte, at int) bool {
	return at >= 0 && at < len(text) && (text[at] >= 'A' && text[at] <= 'Z' || text[at] == '-')
}

// base64Before and base64Behind count characters of base64 beside a place, as far
// as it matters.
func base64Before(text []byte) (n int) {
	for n < 24 && n < len(text) && six[text[len(text)-1-n]] < 64 {
		n++
	}
	return n
}

func base64Behind(text []byte) (n int) {
	for n < 24 && n < len(text) && six[text[n]] < 64 {
		n++
	}
	return n
}
