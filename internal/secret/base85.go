package secret

import (
	"bytes"
	"encoding/binary"
)

// minBase85 is how many characters of base85 are decoded: an Ed25519 key in DER has 60.
const minBase85 = 60

// alphabet85 has the values of the digits, and what may stand in a run of them.
type alphabet85 struct {
	values [256]byte
	inRun  [256]bool
}

// base85Alphabets are that of Ascii85 (Adobe, with z for four zeros), that of RFC 1924,
// which Git and Python's b85encode have, and that of ZeroMQ (Z85).
var base85Alphabets = []*alphabet85{
	newAlphabet85("!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu", "z\r\n"),
	base85Git,
	newAlphabet85("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#", "\r\n"),
}

var base85Git = newAlphabet85("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~", "\r\n")

const noDigit = 85

func newAlphabet85(digits, others string) *alphabet85 {
	a := &alphabet85{inRun: bytesOf(digits + others)}
	for i := range a.values {
		a.values[i] = noDigit
	}
	for i := range len(digits) {
		a.values[digits[i]] = byte(i)
	}
	return a
}

// base85 searches long words that look like it, and the lines that follow them.
func (s *search) base85(l *layer) {
	behind := 0
	l.runs(&base85Bytes, minBase85, func(from, to int) {
		const head = 96
		if word := l.text[from:min(to, from+head)]; from < behind || !hasSigns(word) && !isText85(word) {
			return
		}
		behind = paragraphEnd(l.text, to)
		for _, a := range base85Alphabets {
			s.base85In(l, a, l.text[from:behind], from, behind)
		}
	})
}

// base85In decodes the runs of one alphabet in a text, which stands at from..to.
func (s *search) base85In(l *layer, a *alphabet85, text []byte, from, to int) {
	runsIn(text, 0, &a.inRun, minBase85, func(low, end int) {
		s.base85Run(l, a, text[low:end], from, to)
		if plain := unquoted(text[low:end]); len(plain) < end-low {
			s.base85Run(l, a, plain, from, to)
		}
	})
}

// unquoted is what a text has of a string: without its quotes and the escapes of signs.
func unquoted(text []byte) []byte {
	if bytes.IndexByte(text, '\\') < 0 && bytes.IndexByte(text, '"') < 0 && bytes.IndexByte(text, '\'') < 0 {
		return text
	}
	plain, quote := make([]byte, 0, len(text)), byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		isQuote := c == '"' || c == '\''
		if isQuote && quote == 0 {
			quote = c
		}
		if isQuote && c == quote {
			continue
		}
		if c == '\\' && i+1 < len(text) && (text[i+1] == '\\' || text[i+1] == '"' || text[i+1] == '\'') {
			i++
		}
		plain = append(plain, text[i])
	}
	return plain
}

// base85Bytes are the bytes of text that are no blanks.
var base85Bytes = func() (is [256]bool) {
	for c := '!'; c <= '~'; c++ {
		is[c] = true
	}
	return is
}()

// hasSigns reports whether a word has as many signs, and as many kinds of them, as one of
// random digits, of which a fifth are, or is mostly signs: base64, paths, rules of dashes and
// names are not.
func hasSigns(word []byte) bool {
	var seen [256]bool
	signs, kinds := 0, 0
	for _, c := range word {
		if six[c] < 64 || c == '=' {
			continue
		}
		signs++
		if !seen[c] {
			seen[c] = true
			kinds++
		}
	}
	return kinds >= 4 && signs*12 >= len(word) || kinds == 3 && signs*2 >= len(word)
}

// isText85 reports whether a part of a word is text in base85, wide or not: that may have
// few signs.
func isText85(word []byte) bool {
	const reach = 50 // digits of 40 characters
	for _, a := range base85Alphabets {
		for low := range 5 {
			for low+reach <= len(word) { // back from where such a part would have to reach
				at := low + reach - 5
				for at >= low && a.isASCII((*[5]byte)(word[at:])) {
					at -= 5
				}
				if at < low {
					return true
				}
				low = at + 5
			}
		}
	}
	return false
}

// isASCII reports whether a group of five digits is four characters or zeros. A rule of
// dashes is none.
func (a *alphabet85) isASCII(group *[5]byte) bool {
	const two, three, four = 85 * 85, 85 * 85 * 85, 85 * 85 * 85 * 85
	v := four*uint64(a.values[group[0]]) + three*uint64(a.values[group[1]]) + two*uint64(a.values[group[2]]) +
		85*uint64(a.values[group[3]]) + uint64(a.values[group[4]])
	return v&^0x7f7f7f7f == 0 && isWide(uint32(v)) && bytes.Count(group[:], group[:1]) < len(group)
}

// isWide reports whether each of four bytes is a character or zero.
func isWide(v uint32) bool {
	for ; v > 0; v >>= 8 {
		if v&0xff > 0 && !textBytes[v&0xff] {
			return false
		}
	}
	return true
}

// paragraphEnd is where the lines that have no blanks end, from the end of one of them.
func paragraphEnd(text []byte, at int) int {
	for {
		next := at
		for next < len(text) && (text[next] == '\n' || text[next] == '\r') {
			next++
		}
		first := next
		for next < len(text) && base85Bytes[text[next]] {
			next++
		}
		if next == first || first == at || next < len(text) && isSpace(text[next]) && text[next] != '\r' {
			return at
		}
		at = next
	}
}

// base85Run decodes a run of digits. Where a group of five begins is not known.
func (s *search) base85Run(l *layer, a *alphabet85, text []byte, from, to int) {
	memory := &s.scratch[len(l.wraps)]
	digits := memory.joined[:0]
	for _, c := range text {
		switch v := a.values[c]; {
		case v != noDigit:
			digits = append(digits, v)
		case c == 'z':
			digits = append(digits, 0, 0, 0, 0, 0)
		}
	}
	memory.joined = digits
	for skip := 0; skip < 5 && len(digits) >= minBase85; skip++ {
		memory.plain = group85(memory.plain[:0], digits[skip:])
		s.enter(l, "base85", memory.plain, from, to)
	}
}

// group85 makes four bytes of each five digits, and one less than there are of the last.
func group85(plain, digits []byte) []byte {
	for ; len(digits) >= 5; digits = digits[5:] {
		d := (*[5]byte)(digits)
		v := (((uint32(d[0])*85+uint32(d[1]))*85+uint32(d[2]))*85+uint32(d[3]))*85 + uint32(d[4])
		plain = binary.BigEndian.AppendUint32(plain, v)
	}
	if len(digits) > 1 {
		last := [5]byte{noDigit - 1, noDigit - 1, noDigit - 1, noDigit - 1, noDigit - 1}
		n := len(digits)
		copy(last[:], digits)
		plain = group85(plain, last[:])
		plain = plain[:len(plain)-(5-n)]
	}
	return plain
}
