package secret

import "bytes"

// minWide is how many characters of UTF-16 or UTF-32 are decoded.
const minWide = 20

// wide searches text in UTF-16 and UTF-32 of either byte order, with a byte order
// mark or without: ASCII with one zero byte, or three, between its characters.
func (s *search) wide(l *layer) {
	for at := 0; at < len(l.text); {
		i := bytes.IndexByte(l.text[at:], 0)
		if i < 0 {
			return
		}
		at += i
		end := at
		for end < len(l.text) && l.text[end] == 0 {
			end++
		}
		if zeros := end - at; zeros == 1 || zeros == 3 {
			end = max(end, s.wideAt(l, at, zeros))
		}
		at = end
	}
}

// wideAt decodes wide text around the first of so many zero bytes, and returns
// where it ends.
func (s *search) wideAt(l *layer, at, zeros int) int {
	from := at
	if at > 0 && isASCII(l.text[at-1]) {
		from = at - 1 // little endian
	} else {
		at += zeros
	}
	var plain []byte
	for at = max(from, at-1); ; at += 1 + zeros {
		if at == from && l.text[at] == 0 {
			at += zeros
		}
		if at >= len(l.text) || !isASCII(l.text[at]) {
			break
		}
		plain = append(plain, l.text[at])
		if !allZero(l.text, at+1, zeros) {
			at++
			break
		}
	}
	end := min(at, len(l.text))
	if len(plain) >= minWide {
		s.enter(l, wideNames[zeros], plain, from, end)
	}
	return end
}

var wideNames = map[int]string{1: "UTF-16", 3: "UTF-32"}

func allZero(text []byte, at, n int) bool {
	if at+n > len(text) {
		return false
	}
	for _, c := range text[at : at+n] {
		if c != 0 {
			return false
		}
	}
	return true
}

func isASCII(c byte) bool { return c >= ' ' && c <= '~' || c == '\n' || c == '\r' || c == '\t' }
