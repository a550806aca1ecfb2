package secret

import "bytes"

const (
	// maxRow is the longest line that is a row of a dump, in bytes.
	maxRow = 1024
	// minRow is how many words the first row has; maxGap how much is between two.
	minRow, maxGap = 4, 12
	// maxOthers is how many lines of another kind may be between two rows: characters, of
	// which some are written \n.
	maxOthers = 8
)

// row is the longest run of words of hexadecimal digits in a line, all of one width.
type row struct {
	plain        []byte
	width, words int
	run          []byte // of the run that is being read
}

// rows searches dumps by the words in their rows alone, whatever is around them:
// debuggers, packet dumps, boxes, tables and logs. Lines of another kind may be between
// them, as "od -tx1c" prints it.
func (s *search) rows(l *layer) {
	l.gaps(func(from, to int) {
		var open, line row
		ends := lineEnds{-1, -1}
		start, end, others := from, from, 0
		for at := from; at < to; {
			next, after := ends.of(l.text, at, to)
			line.read(l.text[at:next])
			isNext := open.words > 0 && line.width == open.width && line.words > 0
			switch {
			case isNext:
				n := min(line.words, open.words)
				open.plain = append(open.plain, line.plain[:n*line.width/2]...)
				end, others = next, 0
			case open.words > 0 && others < maxOthers:
				others++
			default:
				s.rowsEnd(l, &open, start, end)
				others = 0
			}
			if open.words == 0 && line.words >= minRow {
				open.width, open.words = line.width, line.words
				open.plain = append(open.plain[:0], line.plain...)
				start, end = at, next
			} else if isNext && line.words < open.words {
				s.rowsEnd(l, &open, start, end)
			}
			at = after
		}
		s.rowsEnd(l, &open, start, end)
	})
}

// lineEnds finds the ends of lines; in a string one is written \n.
type lineEnds struct{ real, written int }

// of is the end of the line at a place and the beginning of the next. Places come in order.
func (e *lineEnds) of(text []byte, at, to int) (end, next int) {
	e.real, e.written = nextOf(text, "\n", at, to, e.real), nextOf(text, `\n`, at, to, e.written)
	if e.written < e.real {
		return e.written, e.written + 2
	}
	return e.real, min(e.real+1, to)
}

// nextOf is the next place of a mark, or to; known is the one that was found before.
func nextOf(text []byte, mark string, at, to, known int) int {
	if known >= at {
		return known
	}
	if i := bytes.Index(text[at:to], []byte(mark)); i >= 0 {
		return at + i
	}
	return to
}

func (s *search) rowsEnd(l *layer, d *row, from, to int) {
	if len(d.plain) >= minDump && d.words > 0 {
		s.enter(l, "hexadecimal dump", d.plain, from, to)
		if d.width >= minWord {
			s.enter(l, "hexadecimal dump", reversed(d.plain, d.width/2), from, to)
		}
	}
	d.words, d.plain = 0, d.plain[:0]
}

// read finds the longest run in a line.
func (r *row) read(line []byte) {
	r.words, r.width, r.plain = 0, 0, r.plain[:0]
	if len(line) > maxRow || len(line) < 2 {
		return
	}
	var words, width, last int // of the run so far
	endsInH := false
	keep := func() {
		if words > r.words {
			r.words, r.width = words, width
			r.plain, r.run = r.run, r.plain
		}
		r.run, words, width = r.run[:0], 0, 0
	}
	keep()
	for at := 0; at < len(line); {
		if !isAlnum[line[at]] {
			at++
			continue
		}
		if at > 0 && line[at-1] == '\\' && (line[at] == 't' || line[at] == 'r') {
			at++
			continue
		}
		begin := at
		for at < len(line) && isAlnum[line[at]] {
			at++
		}
		digits, isFiller := hexWord(line[:at], begin)
		if isFiller {
			continue
		}
		if len(digits) == 0 {
			keep()
			continue
		}
		isH := line[at-1]|0x20 == 'h' // of an assembler, whose command may look like a byte: db
		gap := line[last:begin]
		isOffset := words == 1 && len(gap) > 1 && gap[0] == ':' // "0010: "
		if words > 0 && (len(digits) != width || isH != endsInH || len(gap) > maxGap || isOffset) {
			keep()
		}
		width, last, endsInH = len(digits), at, isH
		words++
		r.run = addDigits(r.run, digits)
	}
	keep()
}

var isAlnum = bytesOf("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

// beginsWord are digits, and what stands before some or in their place.
var beginsWord = bytesOf("0123456789abcdefABCDEFxXhHU")

// hexWord is the digits of the word that a text ends with, without what languages put
// before or behind them; none if it is no word of whole bytes. A filler stands between
// numbers: a type, the base.
func hexWord(text []byte, begin int) (digits []byte, isFiller bool) {
	word := text[begin:]
	if !beginsWord[word[0]] || len(word) > len("0x")+maxWord+len("u8") {
		return nil, false
	}
	before := byte(0)
	if begin > 0 {
		before = text[begin-1]
	}
	switch {
	case string(word) == "byte", string(word) == "U":
		return nil, true
	case len(word) > 2 && word[0] == '0' && (word[1]|0x20) == 'x':
		word = word[2:]
	case before == '#' && (word[0]|0x20) == 'x', before == '&' && (word[0]|0x20) == 'h', before == '\\' && (word[0]|0x20) == 'x':
		word = word[1:]
	}
	word = bytes.TrimSuffix(word, []byte("u8"))
	if n := len(word) - 1; (n == 2 || n == 3 && word[0] == '0') && (word[n]|0x20) == 'h' {
		word = word[n-2 : n]
	}
	if len(word)%2 != 0 || len(word) == 0 || len(word) > maxWord {
		return nil, false
	}
	for _, c := range word {
		if hexKinds[c] != hexDigit {
			return nil, false
		}
	}
	return word, false
}

// records searches Intel HEX and Motorola S-records: an address before the bytes of each
// line, and a checksum behind them.
func (s *search) records(l *layer) {
	var plain []byte
	ends := lineEnds{-1, -1}
	from, to := 0, 0
	flush := func() {
		if len(plain) >= minDump {
			s.enter(l, "records of hexadecimal digits", plain, from, to)
		}
		plain = plain[:0]
	}
	for at := 0; at < len(l.text); {
		end, next := ends.of(l.text, at, len(l.text))
		if data, ok := recordOf(without(l.text[at:end], &isAroundRecord)); ok {
			if len(plain) == 0 {
				from = at
			}
			plain, to = addDigits(plain, data), end
		} else {
			flush()
		}
		at = next
	}
	flush()
}

// recordOf is the digits of a record's data, at the beginning of a line.
func recordOf(line []byte) (data []byte, ok bool) {
	if len(line) == 0 || line[0] != ':' && line[0] != 'S' {
		return nil, false
	}
	for isAroundRecord[line[len(line)-1]] {
		line = line[:len(line)-1]
	}
	if len(line) < 11 || len(line) > maxRow {
		return nil, false
	}
	address := 0 // digits, with those of the type
	switch {
	case line[0] == ':':
		line, address = line[1:], 6
	case line[0] == 'S' && line[1] >= '1' && line[1] <= '3':
		line, address = line[2:], 2+2*int(line[1]-'0')
	default:
		return nil, false
	}
	digits, rest := cutDigits(line)
	if len(rest) > 0 || len(digits) < 2+address+2 {
		return nil, false
	}
	count := int(hexValue(digits[0])<<4 | hexValue(digits[1]))
	if count != (len(digits)-2)/2 && count != (len(digits)-2-address-2)/2 {
		return nil, false
	}
	return digits[2+address : len(digits)-2], true
}
