package secret

import "bytes"

const (
	// minDump is how many bytes of a dump are searched: see [minHex].
	minDump = minHex / 2
	// minOffset and maxOffset are how many digits the offset of a row has: od prints
	// six or seven, xxd and hexdump eight.
	minOffset, maxOffset = 6, 16
	// minWord and maxWord are how many digits a word of several bytes has.
	minWord, maxWord = 4, 16
)

// dump is a run of rows as xxd, od and hexdump print them: an offset, groups of digits,
// and the same bytes as text. Runs of hex end at that text, and take offsets for bytes.
type dump struct {
	from, to  int
	width     int // digits of a group
	hasOffset bool
	plain     []byte
}

// dumps searches the dumps of a layer.
func (s *search) dumps(l *layer) {
	l.gaps(func(from, to int) {
		var d dump
		others, inOther := columns(), false
		for at := from; at < to; {
			end := to
			if i := bytes.IndexByte(l.text[at:to], '\n'); i >= 0 {
				end = at + i
			}
			line := l.text[at:end]
			if row := rowOf(line, inOther); row != nil || inOther {
				inOther = s.columnRow(l, others, at, row)
			}
			if !d.add(line) {
				s.dumped(l, &d)
				d.from = at
				d.add(line)
			}
			d.to = end
			at = end + 1
		}
		s.dumped(l, &d)
		s.columnRow(l, others, to, nil)
	})
}

// dumped searches a dump and forgets it: in order, and with the bytes of each word
// reversed, since od and hexdump print words of a little-endian machine.
func (s *search) dumped(l *layer, d *dump) {
	if len(d.plain) >= minDump {
		const wrap = "hexadecimal dump"
		if d.hasOffset {
			s.enter(l, wrap, d.plain, d.from, d.to)
		}
		if d.width >= minWord {
			s.enter(l, wrap, reversed(d.plain, d.width/2), d.from, d.to)
		}
	}
	*d = dump{plain: d.plain[:0]}
}

// add adds a row that is like those before it, and reports whether the line is one.
func (d *dump) add(line []byte) bool {
	for len(line) > 0 && isGutter[line[0]] {
		line = line[1:]
	}
	first, rest := cutDigits(line)
	isLast := len(rest) == 0 && len(d.plain) > 0 && !d.hasOffset // one word alone
	if len(first) < minWord || len(first) > maxOffset || len(rest) == 0 && !isLast {
		return false
	}
	hasColon := !isLast && rest[0] == ':'
	if hasColon {
		rest = rest[1:]
	}
	second, _ := cutDigits(bytes.TrimLeft(rest, " \t"))
	hasOffset := !isLast && len(first) >= minOffset && (hasColon || len(second) != len(first))
	if !hasOffset {
		second, rest = first, line
	}
	width := len(second)
	if width < 2 || width%2 != 0 || width > maxWord && !hasColon || !hasOffset && width < minWord ||
		len(d.plain) > 0 && (hasOffset != d.hasOffset || width > d.width) {
		return false
	}
	was := len(d.plain)
	d.plain = addGroups(d.plain, rest, width, hasColon)
	if len(d.plain) == was {
		return false
	}
	if was == 0 {
		d.width, d.hasOffset = width, hasOffset
	}
	return true
}

// addGroups adds the bytes of a row. Behind the offset and colon of xxd two spaces are
// followed by text; in other dumps text begins with a sign, | or >.
func addGroups(plain, rest []byte, width int, isXXD bool) []byte {
	rest = bytes.TrimLeft(rest, " \t")
	for {
		group, next := cutDigits(rest)
		if len(group) != width && !(isXXD && len(group) < width && len(group)%2 == 0) || len(group) == 0 {
			return plain
		}
		if len(next) > 0 && !isSpace(next[0]) && next[0] != '-' { // hexdump of BusyBox and Windows has 8-8
			return plain
		}
		plain = addDigits(plain, group)
		if len(next) == 0 {
			return plain
		}
		if isXXD && len(next) > 1 && next[1] == ' ' {
			rest = bytes.TrimLeft(next, " ")
			// Of a word that the file ends in, xxd -e prints blanks first.
			group, text := cutDigits(rest)
			if isWord := len(text) == 0 || isSpace(text[0]); isWord && len(group)%2 == 0 && len(next)-len(rest)-1+len(group) == width {
				plain = addDigits(plain, group)
			}
			return plain
		}
		rest = bytes.TrimLeft(next, " \t\r-")
	}
}

func addDigits(plain, digits []byte) []byte {
	for i := 0; i+1 < len(digits); i += 2 {
		plain = append(plain, hexValue(digits[i])<<4|hexValue(digits[i+1]))
	}
	return plain
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// isGutter has what stands before the rows of a dump that is quoted.
var isGutter = bytesOf(" \t#/*>|+\"'")

func cutDigits(text []byte) (digits, rest []byte) {
	n := 0
	for n < len(text) && hexKinds[text[n]] == hexDigit {
		n++
	}
	return text[:n], text[n:]
}

// reversed is a text with the bytes of each word in the other order.
func reversed(text []byte, size int) []byte {
	out := make([]byte, 0, len(text))
	for ; len(text) > 0; text = text[min(size, len(text)):] {
		for i := min(size, len(text)) - 1; i >= 0; i-- {
			out = append(out, text[i])
		}
	}
	return out
}
