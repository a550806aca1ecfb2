package secret

// minHex is how many digits are decoded: less than the shortest key in DER, and
// more than a SHA-256.
const minHex = 90

// What a run of hexadecimal digits is made of: digits, and what stands between
// them in a dump or an array of bytes.
const (
	hexDigit = 1
	hexSpace = 2
)

var hexKinds = func() (kinds [256]byte) {
	for _, c := range "0123456789abcdefABCDEF" {
		kinds[byte(c)] = hexDigit
	}
	for _, c := range " \t\r\n:,;\\xX\"'`{}[]()+-" {
		kinds[byte(c)] = hexSpace
	}
	return kinds
}()

var hexBytes, hexSpaces = func() (is, isSpace [256]bool) {
	for c, kind := range hexKinds {
		is[c], isSpace[c] = kind != 0, kind == hexSpace
	}
	return is, isSpace
}()

// hex searches runs of hexadecimal digits.
func (s *search) hex(l *layer) {
	l.runs(&hexBytes, minHex, func(from, to int) { s.hexRun(l, from, to) })
}

// hexRun decodes a run. Which digit is the first of a byte is not known.
func (s *search) hexRun(l *layer, from, to int) {
	if from > 0 && six[l.text[from-1]] < 62 { // the end of a word
		for from < to && hexKinds[l.text[from]] == hexDigit {
			from++
		}
	}
	for from < to && hexKinds[l.text[from]] != hexDigit {
		from++
	}
	if to-from < minHex {
		return
	}
	digits := s.scratch[len(l.wraps)].joined[:0]
	for i, c := range l.text[from:to] {
		switch {
		case hexKinds[c] == hexDigit:
			digits = append(digits, hexValue(c))
		case (c == 'x' || c == 'X') && i > 0 && l.text[from+i-1] == '0' && len(digits) > 0:
			digits = digits[:len(digits)-1] // 0x
		}
	}
	s.scratch[len(l.wraps)].joined = digits[:0]
	if len(digits) < minHex {
		return
	}
	for skip := range 2 {
		plain := s.scratch[len(l.wraps)].plain[:0]
		for i := skip; i+1 < len(digits); i += 2 {
			plain = append(plain, digits[i]<<4|digits[i+1])
		}
		s.scratch[len(l.wraps)].plain = plain[:0]
		s.enter(l, "hexadecimal", plain, from, to)
	}
}

func hexValue(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}
