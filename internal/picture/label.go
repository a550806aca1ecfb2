package picture

import (
	"strings"
	"unicode"
)

// clean makes foreign text safe to draw on one line: control and format
// characters (escape sequences, line ends, bidirectional overrides) and bytes
// that are not UTF-8 become U+FFFD, white space becomes one blank.
func clean(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || r&0xFFFE == 0xFFFE {
			return '\uFFFD'
		}
		return r
	}, s)
}

// columns is the width of text on a terminal.
func columns(s string) float64 {
	n := 0.0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

// wide are the scripts that take two columns (Unicode TR 11: W and F).
var wide = []*unicode.RangeTable{unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana, {
	R16: []unicode.Range16{{Lo: 0x3000, Hi: 0x303F, Stride: 1}, {Lo: 0xFF01, Hi: 0xFF60, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0x1F300, Hi: 0x1FAFF, Stride: 1}},
}}

func runeColumns(r rune) float64 {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.In(r, wide...):
		return 2
	}
	return 1
}

// shorten cuts the middle out of text that is wider than room: names of
// certificates differ at both ends. The width of text is the sum of its characters'.
func shorten(s string, room float64, measure func(string) float64) string {
	if measure(s) <= room {
		return s
	}
	runes := []rune(s)
	left, right, used := 0, len(runes), measure("…")
	for head := true; left < right; head = !head {
		next := runes[left]
		if !head {
			next = runes[right-1]
		}
		if used += measure(string(next)); used > room {
			break
		}
		if head {
			left++
		} else {
			right--
		}
	}
	if left == 0 {
		return ""
	}
	return string(runes[:left]) + "…" + string(runes[right:])
}

// Columns is the width of text on a terminal: wide scripts take two columns.
func Columns(s string) float64 { return columns(s) }

// Shorten cuts the middle out of text that is wider than room columns.
func Shorten(s string, room float64) string { return shorten(s, room, columns) }
