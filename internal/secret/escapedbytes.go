package secret

import "bytes"

// lookBinary searches bytes that were escaped for binary keys. What is text was
// searched as such before.
func (s *search) lookBinary(l *layer) {
	if l.hits = s.find(l.text, len(l.wraps)); l.isBinary() {
		s.binary(l)
		s.compressed(l)
	}
	s.wide(l)
}

// escapesAlone are the bytes of the escapes in a text without anything that stands
// between them: quotes, commas, line ends.
func escapesAlone(text []byte) (plain []byte, m marks) {
	for at := 0; ; {
		for at < len(text) && !escapeBytes[text[at]] {
			at++
		}
		if at == len(text) {
			return plain, m
		}
		c, n := escape(text[at:])
		if hides(text[at:], n) && c >= 0 && c <= 0xff {
			m = append(m, struct{ plain, text uint32 }{uint32(len(plain)), uint32(at)})
			plain = append(plain, byte(c))
		}
		at += max(n, 1)
	}
}

// Bytes that unescape stops at: the first ones of escapes, and of what special reads.
var (
	escapeBytes    = bytesOf(escapeMarks)
	byteStops      = bytesOf(escapeMarks + "\"'")
	byteStopsLatin = bytesOf(escapeMarks + "\"'\xc2\xc3")
)

func isEscape(c byte) bool { return escapeBytes[c] }

// special reads what is an escape among escaped bytes only: \a of C, a character of
// Latin-1 that is left as it is, and the line end between two strings of a source.
func special(text []byte) (c rune, n int) {
	switch {
	case len(text) < 2:
		return 0, 0
	case text[0] == '\\':
		if i := bytes.IndexByte([]byte("abtnvfr"), text[1]); i >= 0 {
			return rune(7 + i), 2
		}
		if text[1] == 'e' {
			return 0x1b, 2
		}
		return 0, 0
	case text[0] == 0xc2 || text[0] == 0xc3:
		if text[1]&0xc0 == 0x80 {
			return rune(text[0]&3)<<6 | rune(text[1]&0x3f), 2
		}
		return 0, 0
	case text[0] == '"' || text[0] == '\'':
		return -1, betweenStrings(text)
	}
	return 0, 0
}

// betweenStrings is the length of what stands between two strings that a compiler
// joins, from the quote that ends the first one; 0 if nothing of that kind does.
func betweenStrings(text []byte) int {
	const reach = 64
	line := false
	for at := 1; at < min(len(text), reach); at++ {
		switch c := text[at]; {
		case c == '\n' || c == '\r' || c == '+':
			line = true
		case (c == '"' || c == '\'') && line: // Python writes either
			return at + 1
		case bytes.IndexByte([]byte(" \t\\.,b"), c) < 0:
			return 0
		}
	}
	return 0
}
