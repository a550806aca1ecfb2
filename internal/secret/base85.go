package secret

import (
	"bytes"
	"encoding/binary"
)

// minBase85 is how many characters of base85 are decoded: an Ed25519 key in DER has 60.
const minBase85 = 60

// base85Alphabets are that of Ascii85 (Adobe, with z for four zeros), that of RFC 1924,
// which Git and Python's b85encode have, and that of ZeroMQ (Z85).
var base85Alphabets = [][256]byte{
	base85Values("!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu"),
	base85Git,
	base85Values("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"),
}

var base85Git = base85Values("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~")

const noDigit = 85

func base85Values(alphabet string) (values [256]byte) {
	for i := range values {
		values[i] = noDigit
	}
	for i := range len(alphabet) {
		values[alphabet[i]] = byte(i)
	}
	return values
}

// base85 searches long words that have many signs, and the lines that follow them.
func (s *search) base85(l *layer) {
	behind := 0
	l.runs(&base85Bytes, minBase85, func(from, to int) {
		if from < behind || !isBase85(l.text[from:min(to, from+256)]) {
			return
		}
		behind = paragraphEnd(l.text, to)
		for i := range base85Alphabets {
			s.base85In(l, &base85Alphabets[i], l.text[from:behind], from, behind)
		}
		if text := l.text[from:behind]; bytes.IndexByte(text, '\\') >= 0 { // of Ascii85, in a string
			text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte(`\"`), []byte(`"`)), []byte(`\'`), []byte(`'`))
			s.base85In(l, &base85Alphabets[0], bytes.ReplaceAll(text, []byte(`\\`), []byte(`\`)), from, behind)
		}
	})
}

// base85Bytes are the bytes of text that are no blanks.
var base85Bytes = func() (is [256]bool) {
	for c := '!'; c <= '~'; c++ {
		is[c] = true
	}
	return is
}()

// isBase85 reports whether a word has as many signs, and as many kinds of them, as one of
// random digits: paths, rules of dashes and names have not.
func isBase85(word []byte) bool {
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
	return kinds >= 6 && signs*10 >= len(word) && signs*2 <= len(word)
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
		if next == first || first == at || next < len(text) && text[next] != '\n' && text[next] != '\r' {
			return at
		}
		at = next
	}
}

// base85In decodes the runs of one alphabet in a text, which stands at from..to. Where a
// group of five begins is not known.
func (s *search) base85In(l *layer, values *[256]byte, text []byte, from, to int) {
	digits := s.scratch[len(l.wraps)].joined[:0]
	flush := func() {
		for skip := 0; skip < 5 && len(digits) >= minBase85; skip++ {
			s.enter(l, "base85", group85(nil, digits[skip:]), from, to)
		}
		digits = digits[:0]
	}
	for _, c := range text {
		switch v := values[c]; {
		case v != noDigit:
			digits = append(digits, v)
		case c == 'z' && values['y'] == noDigit:
			digits = append(digits, 0, 0, 0, 0, 0)
		case c != '\n' && c != '\r':
			flush()
		}
	}
	flush()
	s.scratch[len(l.wraps)].joined = digits[:0]
}

// group85 makes four bytes of each five digits, and one less than there are of the last.
func group85(plain, digits []byte) []byte {
	for len(digits) > 0 {
		n, v := min(5, len(digits)), uint32(0)
		for i := range 5 {
			digit := byte(noDigit - 1)
			if i < n {
				digit = digits[i]
			}
			v = v*85 + uint32(digit)
		}
		plain = binary.BigEndian.AppendUint32(plain, v)
		plain = plain[:len(plain)-(5-n)]
		digits = digits[n:]
	}
	return plain
}
