package secret

import (
	"bytes"
	"slices"
)

// maxBetween is how much may be between two numbers of an array, in bytes.
const maxBetween = 24

// series are the decimal numbers of an array, at every place or at every second one.
type series struct {
	plain  []byte
	isByte bool
}

func (a *series) add(value int) {
	if value > 255 {
		a.isByte = false
	}
	a.plain = append(a.plain, byte(value))
}

// numbers searches bytes in decimal numbers with the same between all of them: "chr(45).",
// "(byte)45, ", "45u8, ", "- 45" of YAML; or two texts in turn, as in {"0": 45, "1": 45}.
// What has commas alone between them is [search.decimal]'s.
func (s *search) numbers(l *layer) {
	var gaps [2][]byte // before the last number, and before the one before it
	var all [2]series
	var casts casted
	var bytes0x marked
	count, from, last := 0, 0, 0
	flush := func(to int) {
		for i := range all {
			if all[i].isByte && len(all[i].plain) >= minDecimal {
				s.enter(l, "decimal numbers", all[i].plain, from, to)
			}
		}
		if count >= minDecimal && all[0].isByte && all[1].isByte && sameBetween(gaps[0], gaps[1]) {
			s.enter(l, "decimal numbers", interleave(all[0].plain, all[1].plain), from, to)
		}
		count = 0
		for i := range all {
			all[i] = series{all[i].plain[:0], true}
		}
	}
	flush(0)
	for at := 0; at < len(l.text); {
		for at < len(l.text) && !isDigit[l.text[at]] {
			at++
		}
		if at == len(l.text) {
			break
		}
		begin, value := at, 0
		for at < len(l.text) && isDigit[l.text[at]] {
			value = min(10*value+int(l.text[at]-'0'), 1<<20)
			at++
		}
		if at-begin == 1 && at < len(l.text) && l.text[at]|0x20 == 'x' && l.text[begin] == '0' {
			s.markedByte(l, &bytes0x, begin)
		}
		gap := l.text[last:begin]
		last = at
		if n := len(gap); n > 0 && gap[n-1] == '-' && value <= 128 && n > 1 && gap[n-2] != ' ' && gap[n-2] != '\n' {
			gap, value = gap[:n-1], (256-value)%256
		}
		isShort := len(gap) <= maxBetween
		isPlain := isShort && isPlainGap(gap)
		switch {
		case value > 255 || !isPlain && !(isShort && maybeCast[gap[len(gap)-1]] && bytes.IndexByte(gap, '(') >= 0):
			s.castEnd(l, &casts, begin)
		case !isPlain:
			s.castNumber(l, &casts, gap, begin)
		}
		casts.add(value, begin)
		if count > 0 && (!isShort || count > 2 && !sameBetween(gap, gaps[1]) || isPlain && isPlainGap(gaps[0])) {
			flush(begin)
		}
		if count == 0 {
			from = begin
		}
		gaps[1], gaps[0] = gaps[0], gap
		all[count%2].add(value)
		count++
	}
	flush(len(l.text))
	s.markedEnd(l, &bytes0x)
	s.castEnd(l, &casts, len(l.text))
}

// casted are decimal numbers of which some have a cast or a call around them, always the
// same one: those that a signed byte does not hold, in Java and Kotlin.
type casted struct {
	plain []byte
	cast  []byte // what is between two numbers beside commas and blanks; nil: nothing so far
	since int    // how many numbers were before the last cast
	from  int
}

// add adds a number. One that is no byte is none.
func (a *casted) add(value, at int) {
	if len(a.plain) == 0 {
		a.from = at
	}
	if value <= 255 {
		a.plain = append(a.plain, byte(value))
	}
}

// castNumber adds a number behind a gap with a bracket.
func (s *search) castNumber(l *layer, a *casted, gap []byte, at int) {
	cast := without(gap, &isBlankOrComma)
	for isBlankOrComma[cast[len(cast)-1]] {
		cast = cast[:len(cast)-1]
	}
	if a.cast != nil && !bytes.Equal(cast, a.cast) {
		kept := a.plain[a.since:] // they have commas alone between them
		if len(kept) < len(a.plain) {
			kept = slices.Clone(kept)
		}
		s.castEnd(l, a, at)
		a.plain = append(a.plain, kept...)
	}
	a.cast, a.since = cast, len(a.plain)
}

func (s *search) castEnd(l *layer, a *casted, to int) {
	if a.cast != nil {
		if len(a.plain) >= minDecimal {
			s.enter(l, "decimal numbers", a.plain, a.from, to)
		}
		a.cast, a.since = nil, 0
	}
	a.plain = a.plain[:0]
}

// sameBetween compares what is between numbers, white space left out.
func sameBetween(a, b []byte) bool {
	for {
		a, b = without(a, &isBlank), without(b, &isBlank)
		if len(a) == 0 || len(b) == 0 {
			return len(a) == len(b)
		}
		if a[0] != b[0] {
			return false
		}
		a, b = a[1:], b[1:]
	}
}

func isPlainGap(gap []byte) bool { return len(without(gap, &isBlankOrComma)) == 0 }

// maybeCast are what a gap with a cast or a call ends with.
var maybeCast = bytesOf(" \t\r\n,()")

var (
	isDigit        = bytesOf("0123456789")
	isBlank        = bytesOf(" \t\r\n")
	isBlankOrComma = bytesOf(", \t\r\n")
	isAroundRecord = bytesOf(" \t\r\"'+")
)

// without is a text from the first byte on that is not in a set. (bytes.TrimLeft makes
// its set anew each time.)
func without(text []byte, set *[256]bool) []byte {
	for len(text) > 0 && set[text[0]] {
		text = text[1:]
	}
	return text
}

func interleave(a, b []byte) []byte {
	out := make([]byte, 0, len(a)+len(b))
	for i := range a {
		out = append(out, a[i])
		if i < len(b) {
			out = append(out, b[i])
		}
	}
	return out
}
