package secret

import (
	"bytes"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// marks pair offsets in an unescaped text with those in the text it was.
type marks []struct{ plain, text uint32 }

func (m marks) origin(at int) int {
	i := sort.Search(len(m), func(i int) bool { return int(m[i].plain) > at }) - 1
	if i < 0 {
		return at
	}
	return int(m[i].text) + at - int(m[i].plain)
}

// hasHexEscape reports whether a text has an escape like \x81; in \\x81 there is none.
func hasHexEscape(text []byte) bool {
	for at := 0; ; {
		i := bytes.IndexByte(text[at:], '\\')
		if i < 0 {
			return false
		}
		at += i
		_, n := escape(text[at:])
		if n > 0 && text[at+1] == 'x' {
			return true
		}
		at += max(n, 1)
	}
}

// unescape replaces the escapes of a text: by characters, of which each that is
// white space becomes a space, or by bytes where they have the value of one.
// hasBytes reports whether that makes a difference. kinds are the first bytes of the
// escapes that are read.
func unescape(text []byte, kinds string, asBytes bool) (plain []byte, m marks, hasBytes bool) {
	u := newUnescaper(text, kinds, asBytes)
	for at := 0; at < len(text); {
		from := at
		for at < len(text) && !u.stops[text[at]] {
			at++
		}
		u.plain = append(u.plain, text[from:at]...)
		if at < len(text) {
			at += u.one(at)
		}
	}
	return u.plain, u.marks, u.hasBytes
}

type unescaper struct {
	text     []byte
	kinds    string
	stops    *[256]bool // bytes that may begin an escape
	asBytes  bool
	isUTF8   bool // \u0081 and what is not ASCII are characters, as where bytes are written as \x81
	plain    []byte
	marks    marks
	hasBytes bool
}

func newUnescaper(text []byte, kinds string, asBytes bool) *unescaper {
	u := &unescaper{text: text, kinds: kinds, stops: &escapeBytes, asBytes: asBytes, plain: make([]byte, 0, len(text))}
	u.isUTF8 = asBytes && hasHexEscape(text)
	switch {
	case u.isUTF8:
		u.stops = &byteStops
	case asBytes:
		u.stops = &byteStopsLatin
	}
	return u
}

// one adds what stands at a place, and returns its length.
func (u *unescaper) one(at int) int {
	c, n := u.read(at)
	if n == 0 {
		u.plain = append(u.plain, u.text[at])
		return 1
	}
	u.add(c, u.text[at+1] == 'u')
	u.hasBytes = u.hasBytes || c >= 0 && c <= 0xff && (c > 127 || c < ' ' && n > 2)
	u.marks = append(u.marks, struct{ plain, text uint32 }{uint32(len(u.plain)), uint32(at + n)})
	return n
}

// read reads the escape at a place, if it is of a kind that is read.
func (u *unescaper) read(at int) (c rune, n int) {
	first := u.text[at]
	if isEscape(first) && strings.IndexByte(u.kinds, first) < 0 {
		return 0, 0
	}
	if isEscape(first) {
		c, n = escape(u.text[at:])
	}
	isQuote := first == '"' || first == '\''
	if u.asBytes && n == 0 && (!isQuote || strings.Contains(u.kinds, `\`)) {
		return special(u.text[at:])
	}
	return c, n
}

// add adds the character that an escape stands for; -1 is none.
func (u *unescaper) add(c rune, isUnicode bool) {
	switch {
	case c > 127 && c <= 0xff && u.asBytes && !(u.isUTF8 && isUnicode):
		u.plain = append(u.plain, byte(c))
	case c > 127 && unicode.IsSpace(c) && !u.asBytes:
		u.plain = append(u.plain, ' ')
	case c >= 0:
		u.plain = utf8.AppendRune(u.plain, c)
	}
}
