package secret

import (
	"bytes"
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
func (s *search) readEscaped(l *layer, from, end int, plain []byte, marks marks, look func(*layer)) {
	if s.decoded += int64(len(plain)); s.overDecoded() {
		s.sayLimit(l, from, end, tooMuch)
		return
	}
	inner, place := l.inside("escaped text", plain, from, end), l.place
	inner.coarse = l.coarse
	inner.place = func(first, last int) (int64, int64) { return place(from+marks.origin(first), from+marks.origin(last)) }
	before := len(s.found)
	look(&inner)
	for _, found := range inner.spans { // it is not searched for as base64 once more
		l.spans = append(l.spans, span{from + marks.origin(found.from), from + marks.origin(found.to)})
	}
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
