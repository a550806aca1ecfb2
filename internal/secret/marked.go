package secret

// maxAround is how much is between two bytes that are marked by 0x: a type, an index, a call,
// the end of a line and an address.
const maxAround = 64

// marked are bytes written as 0x and one or two digits, with any short text between them: what
// debuggers print, and arrays in the source of languages that want a cast or a suffix.
type marked struct {
	plain      []byte
	from, last int  // the array's begin, the end of the last byte
	isHex      bool // [search.hex] reads all of it
}

// markedByte adds the byte that a text may have at a zero which has an x behind it.
func (s *search) markedByte(l *layer, a *marked, at int) {
	digits, _ := cutDigits(l.text[at+2 : min(len(l.text), at+5)])
	if len(digits) == 0 || len(digits) > 2 || at > 0 && isAlnum[l.text[at-1]] {
		return // an address
	}
	if at-a.last > maxAround {
		s.markedEnd(l, a)
	}
	if len(a.plain) == 0 {
		a.from, a.isHex = at, true
	} else {
		a.isHex = a.isHex && len(without(l.text[a.last:at], &hexSpaces)) == 0
	}
	value := hexValue(digits[0])
	if len(digits) == 2 {
		value = value<<4 | hexValue(digits[1])
	}
	a.isHex, a.last = a.isHex && len(digits) == 2, at+2+len(digits)
	a.plain = append(a.plain, value)
}

// markedEnd searches the array. What is found in it is not read as rows once more.
func (s *search) markedEnd(l *layer, a *marked) {
	if found := len(s.found); len(a.plain) >= minDump && !a.isHex {
		if s.enter(l, "hexadecimal", a.plain, a.from, a.last); len(s.found) > found {
			l.spans = append(l.spans, span{a.from, a.last})
		}
	}
	a.plain = a.plain[:0]
}
