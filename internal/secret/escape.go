package secret

import (
	"bytes"
	"html"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reach is how far around an escape a key may go, in bytes.
const reach = 64 << 10

// escaped searches a text as the reader of its strings sees it, where it has
// escapes that a key may be hidden by: \x2d, \u002d and \055 of YAML, JSON and
// shells, folded lines, %2D of addresses, &#45; of HTML. Line ends (\n) and \/
// need none of this.
func (s *search) escaped(l *layer) {
	e := escapes{text: l.text, at: [len(escapeMarks)]int{-1, -1, -1}}
	for at := e.next(0); at >= 0; {
		from, end := max(0, at-reach), at
		for at >= 0 && at <= end+reach {
			end = at
			at = e.next(at + 1)
		}
		s.unescaped(l, from, min(len(l.text), end+reach))
	}
}

// unescaped searches a part of a text without its escapes: as text, and as bytes
// if there are values that a character of ASCII does not have.
func (s *search) unescaped(l *layer, from, end int) {
	if len(l.wraps) >= maxDepth {
		s.sayLimit(l, from, end, tooDeep)
		return
	}
	before, text := len(s.found), l.text[from:end]
	plain, marks, hasBytes := unescape(text, escapeMarks, false)
	s.readEscaped(l, from, end, plain, marks, s.look)
	if hasBytes {
		plain, marks, _ = unescape(text, escapeMarks, true)
		s.readEscaped(l, from, end, plain, marks, s.lookBinary)
		s.bytesByKind(l, from, end, before)
	}
	if plain, marks = escapesAlone(text); len(plain) >= minDecimal {
		s.readEscaped(l, from, end, plain, marks, s.look)
	}
	s.dropDoubles(before)
}

// bytesByKind searches escaped bytes once more by each kind of escape alone, where a
// part has several and nothing was found: bytes that are written as they are may look
// like an escape of another kind (%41 in a string of JSON).
func (s *search) bytesByKind(l *layer, from, end, before int) {
	text := l.text[from:end]
	for i := range len(escapeMarks) {
		kind := escapeMarks[i : i+1]
		if len(s.found) > before || bytes.Count(text, []byte(kind)) < minEscapes {
			continue
		}
		if plain, marks, hasBytes := unescape(text, kind, true); hasBytes && !onlyMark(text, kind) {
			s.readEscaped(l, from, end, plain, marks, s.lookBinary)
		}
	}
}

// minEscapes is how many bytes of a key have to be escaped: of 32 random ones as many
// are no text, but for one time in millions.
const minEscapes = 8

// onlyMark reports whether a text has the first byte of one kind of escape alone.
func onlyMark(text []byte, kind string) bool {
	for i := range len(escapeMarks) {
		if mark := escapeMarks[i : i+1]; mark != kind && bytes.Contains(text, []byte(mark)) {
			return false
		}
	}
	return true
}

// readEscaped searches one reading of the text from..end, within the bounds.
func (s *search) readEscaped(l *layer, from, end int, plain []byte, marks marks, look func(layer)) {
	if s.decoded += int64(len(plain)); s.overDecoded() {
		s.sayLimit(l, from, end, tooMuch)
		return
	}
	inner, place := l.inside("escaped text", plain, from, end), l.place
	inner.coarse = l.coarse
	inner.place = func(first, last int) (int64, int64) { return place(from+marks.origin(first), from+marks.origin(last)) }
	before := len(s.found)
	look(inner)
	s.dropDoubles(before)
}

// dropDoubles drops findings of a second reading that overlap those of the first.
func (s *search) dropDoubles(before int) {
	kept := s.found[:before]
	for _, f := range s.found[before:] {
		double := false
		for _, g := range s.found[:before] {
			double = double || f.Offset < g.end && g.Offset < f.end
		}
		if !double {
			kept = append(kept, f)
		}
	}
	s.found = kept
}

// escapes finds the escapes of a text that matter. It keeps the next place of each
// kind, so that a text is read once for each.
type escapes struct {
	text []byte
	at   [len(escapeMarks)]int
}

const escapeMarks = `\%&`

// next is the place of the first escape at an offset or behind it, or -1.
func (e *escapes) next(from int) int {
	first := len(e.text)
	for i := range e.at {
		if e.at[i] < from {
			e.at[i] = e.find(escapeMarks[i], from)
		}
		first = min(first, e.at[i])
	}
	if first == len(e.text) {
		return -1
	}
	return first
}

// find is the place of the next escape of one kind, or the length of the text.
func (e *escapes) find(mark byte, at int) int {
	for ; at < len(e.text); at++ {
		i := bytes.IndexByte(e.text[at:], mark)
		if i < 0 {
			break
		}
		at += i
		if c, n := escape(e.text[at:]); n > 0 && matters(e.text, at, n, c) {
			return at
		}
	}
	return len(e.text)
}

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
	around := text[max(0, at-8):min(len(text), at+n+8)]
	for _, c := range around {
		if !isASCII(c) && c < utf8.RuneSelf {
			return false
		}
	}
	if isBeforeEscape(text[at+n:]) {
		return true
	}
	if c > 127 && !unicode.IsSpace(c) || c <= 127 && six[byte(c)] == 64 && bytes.IndexByte([]byte("\n\r\t =:\"{}\\%&"), byte(c)) < 0 {
		return false
	}
	if base64Before(text[:at])+base64Behind(text[at+n:]) >= 24 {
		return true
	}
	if isMember(text, at, n, c) {
		return true
	}
	near := text[max(0, at-40):min(len(text), at+n+40)]
	for _, w := range words {
		if bytes.Contains(near, w) {
			return true
		}
	}
	return false
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

// escape reads an escape at the begin of a text: its character (-1 for none) and
// its length; 0 if there is none.
func escape(text []byte) (c rune, n int) {
	if len(text) < 2 {
		return 0, 0
	}
	switch text[0] {
	case '%':
		if text[1] == 'u' { // escape() of JavaScript
			return digits(text, 2, 6, 16)
		}
		return digits(text, 1, 3, 16)
	case '&':
		return entity(text)
	}
	switch text[1] {
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case '/', '"', '\'', '\\':
		return rune(text[1]), 2
	case 'x', 'u':
		if len(text) > 2 && text[2] == '{' {
			return braced(text)
		}
		if text[1] == 'x' {
			return digits(text, 2, 4, 16)
		}
		return digits(text, 2, 6, 16)
	case 'U':
		return digits(text, 2, 10, 16)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		return octal(text)
	case '\n', '\r': // a folded line
		n = 2
		for n < len(text) && isFiller(text[n]) && text[n] != '\\' {
			n++
		}
		return -1, n
	}
	return 0, 0
}

// digits reads the digits from..to of an escape.
func digits(text []byte, from, to int, base rune) (c rune, n int) {
	if len(text) < to {
		return 0, 0
	}
	for _, d := range text[from:to] {
		if hexKinds[d] != hexDigit || rune(hexValue(d)) >= base {
			return 0, 0
		}
		c = c*base + rune(hexValue(d))
	}
	return c, to
}

// octal reads \055, \55 and \0: at most three digits, and no more than a byte.
func octal(text []byte) (c rune, n int) {
	for n = 1; n < 4 && n < len(text) && text[n] >= '0' && text[n] <= '7' && c*8 <= 0xf8; n++ {
		c = c*8 + rune(text[n]-'0')
	}
	return c, n
}

// braced reads \u{2d}.
func braced(text []byte) (c rune, n int) {
	end := bytes.IndexByte(text[:min(len(text), 11)], '}')
	if end < 4 {
		return 0, 0
	}
	c, n = digits(text, 3, end, 16)
	if n == 0 {
		return 0, 0
	}
	return c, end + 1
}

// entity reads &#45;, &#x2d; and &nbsp;.
func entity(text []byte) (c rune, n int) {
	end := bytes.IndexByte(text[:min(len(text), 12)], ';')
	if end < 3 {
		return 0, 0
	}
	if text[1] != '#' {
		return namedEntity(text[:end+1])
	}
	from, base := 2, rune(10)
	if text[2] == 'x' || text[2] == 'X' {
		from, base = 3, 16
	}
	if from == end {
		return 0, 0
	}
	if c, n = digits(text, from, end, base); n == 0 {
		return 0, 0
	}
	return c, end + 1
}

// namedEntity reads an entity that stands for one character.
func namedEntity(text []byte) (c rune, n int) {
	c, size := utf8.DecodeRuneInString(html.UnescapeString(string(text)))
	if size == len(text) || utf8.RuneLen(c) != len(html.UnescapeString(string(text))) {
		return 0, 0
	}
	return c, len(text)
}

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
// hasBytes reports whether that makes a difference. Where bytes are written as \x81,
// as Go does, \u0081 and what is not ASCII are characters in UTF-8. kinds are the first
// bytes of the escapes that are read.
func unescape(text []byte, kinds string, asBytes bool) (plain []byte, m marks, hasBytes bool) {
	plain = make([]byte, 0, len(text))
	stops, isUTF8 := &escapeBytes, asBytes && hasHexEscape(text)
	quotes := strings.Contains(kinds, `\`)
	switch {
	case isUTF8:
		stops = &byteStops
	case asBytes:
		stops = &byteStopsLatin
	}
	for at := 0; at < len(text); {
		from := at
		for at < len(text) && !stops[text[at]] {
			at++
		}
		plain = append(plain, text[from:at]...)
		if at == len(text) {
			break
		}
		c, r, n := text[at], rune(0), 0
		known := !isEscape(c) || strings.IndexByte(kinds, c) >= 0
		if isEscape(c) && known {
			r, n = escape(text[at:])
		}
		if asBytes && n == 0 && known && (quotes || c != '"' && c != '\'') {
			r, n = special(text[at:])
		}
		switch {
		case n == 0:
			plain = append(plain, c)
			at++
			continue
		case r > 127 && r <= 0xff && asBytes && !(isUTF8 && text[at+1] == 'u'):
			plain = append(plain, byte(r))
		case r > 127 && unicode.IsSpace(r) && !asBytes:
			plain = append(plain, ' ')
		case r >= 0:
			plain = utf8.AppendRune(plain, r)
		}
		hasBytes = hasBytes || r >= 0 && r <= 0xff && (r > 127 || r < ' ' && n > 2)
		at += n
		m = append(m, struct{ plain, text uint32 }{uint32(len(plain)), uint32(at)})
	}
	return plain, m, hasBytes
}
