package manifest

import (
	"bytes"
	"unicode/utf8"
)

// bom is the byte order mark in UTF-8; the parser skips it at the start of a text.
const bom = "\xef\xbb\xbf"

// breakLen is the length in bytes of the line break that stands at b[i], or 0.
//
// CR LF, CR and LF are YAML 1.2 breaks (section 5.4); NEL, LS and PS were breaks
// in YAML 1.1, and the parser still counts them as line ends, so its line
// numbers make sense only with this table.
func breakLen(b []byte, i int) int {
	switch b[i] {
	case '\n':
		return 1
	case '\r':
		if i+1 < len(b) && b[i+1] == '\n' {
			return 2
		}
		return 1
	case 0xC2: // NEL, U+0085
		if i+1 < len(b) && b[i+1] == 0x85 {
			return 2
		}
	case 0xE2: // LS and PS, U+2028 and U+2029
		if i+2 < len(b) && b[i+1] == 0x80 && (b[i+2] == 0xA8 || b[i+2] == 0xA9) {
			return 3
		}
	}
	return 0
}

// endsWithBreak reports whether the byte before i ends a line; the start of a
// text, with or without a byte order mark, counts as one.
func endsWithBreak(b []byte, i int) bool {
	switch {
	case i == 0, i == len(bom) && bytes.HasPrefix(b, []byte(bom)):
		return true
	case b[i-1] == '\n', b[i-1] == '\r':
		return true
	case i >= 2 && b[i-2] == 0xC2:
		return b[i-1] == 0x85
	case i >= 3 && b[i-3] == 0xE2 && b[i-2] == 0x80:
		return b[i-1] == 0xA8 || b[i-1] == 0xA9
	}
	return false
}

// lineEnd is the offset of the break that ends the line of i, or len(b).
func lineEnd(b []byte, i int) int {
	for i < len(b) && breakLen(b, i) == 0 {
		i++
	}
	return i
}

// nextLine is the offset after the break that ends the line of i, or len(b).
func nextLine(b []byte, i int) int {
	i = lineEnd(b, i)
	if i < len(b) {
		i += breakLen(b, i)
	}
	return i
}

// lineStart is the offset at which the line of i begins.
func lineStart(b []byte, i int) int {
	for !endsWithBreak(b, i) {
		i--
	}
	return i
}

// oddBreaks reports whether b holds a line break other than LF and CR LF.
func oddBreaks(b []byte) bool {
	for rest := b; ; {
		i := bytes.IndexByte(rest, '\r')
		if i < 0 {
			break
		}
		if i+1 == len(rest) || rest[i+1] != '\n' {
			return true
		}
		rest = rest[i+2:]
	}
	return bytes.Contains(b, []byte("\u0085")) ||
		bytes.Contains(b, []byte("\u2028")) || bytes.Contains(b, []byte("\u2029"))
}

// countBreaks is the number of line breaks in b; odd says that [oddBreaks] may hold.
func countBreaks(b []byte, odd bool) int {
	if !odd {
		return bytes.Count(b, []byte{'\n'})
	}
	n := 0
	for i := 0; i < len(b); {
		width := breakLen(b, i)
		if width == 0 {
			i++
			continue
		}
		i, n = i+width, n+1
	}
	return n
}

// newlineAt is the line break in use at offset i: CR LF if the line of i ends
// with it (or, on a last line without a break, if the line before does), else LF.
func newlineAt(b []byte, i int) string {
	end := lineEnd(b, i)
	if end == len(b) {
		end = max(lineStart(b, i)-1, 0)
		if end > 0 && b[end-1] == '\r' {
			end--
		}
	}
	if bytes.HasPrefix(b[end:], []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// locator turns the parser's positions (lines by [breakLen], columns in
// characters, both from 1) into byte offsets. Positions that grow cost one walk
// over the text in all.
type locator struct {
	text         []byte
	line, column int // of offset
	offset       int
	start        int // of the line
}

func newLocator(text []byte) *locator {
	l := &locator{text: text, line: 1, column: 1}
	if bytes.HasPrefix(text, []byte(bom)) {
		l.offset, l.start = len(bom), len(bom)
	}
	return l
}

// offsetOf is the byte offset of a position, never beyond the end of its line.
func (l *locator) offsetOf(line, column int) int {
	if line < l.line {
		*l = *newLocator(l.text)
	}
	for l.line < line && l.start < len(l.text) {
		l.start = nextLine(l.text, l.offset)
		l.offset, l.column = l.start, 1
		l.line++
	}
	if column < l.column {
		l.offset, l.column = l.start, 1
	}
	for l.column < column && l.offset < len(l.text) && breakLen(l.text, l.offset) == 0 {
		_, width := utf8.DecodeRune(l.text[l.offset:])
		l.offset += width
		l.column++
	}
	return l.offset
}

// positionOf is the line and column (both from 1) of a byte offset.
func positionOf(text []byte, offset int) (line, column int) {
	offset = min(offset, len(text))
	return 1 + countBreaks(text[:offset], true), 1 + columnOf(text, offset)
}

// columnOf counts the characters before an offset in its line.
func columnOf(text []byte, offset int) int {
	return utf8.RuneCount(text[lineStart(text, offset):offset])
}
