package secret

import (
	"unicode"
	"unicode/utf8"
)

// pageSpaces searches PEM text as pages and word processors hand it on: with white space
// of Unicode, or of Latin-1, beside the word PRIVATE, and then in the lines as well.
func (s *search) pageSpaces(l *layer) {
	end := 0
	for _, at := range l.all(wordPrivate) {
		if at < end || !isPageSpaced(l.text, at, at+len(wordPrivate.text)) {
			continue
		}
		from := max(0, at-maxLabel)
		end = min(len(l.text), at+maxBody)
		s.enter(l, "page text", withoutPageSpaces(l.text[from:end]), from, end)
	}
}

// isPageSpaced reports whether white space that is no filler is beside a word.
func isPageSpaced(text []byte, from, to int) bool {
	before, n := utf8.DecodeLastRune(text[max(0, from-utf8.UTFMax):from])
	after, m := utf8.DecodeRune(text[to:min(len(text), to+utf8.UTFMax)])
	return n > 0 && pageSpace(before, text[from-1]) != 0 || m > 0 && pageSpace(after, text[to]) != 0
}

// none stands for a character that is not seen and has no width.
const none = -1

// pageSpace is the ASCII that a character stands for: a blank, none, or 0 where it is no
// white space of a page. Where it is not UTF-8, first is its byte.
func pageSpace(c rune, first byte) rune {
	switch {
	case c == utf8.RuneError && (first == 0xa0 || first == 0x85):
		return ' '
	case c == '\v' || c == '\f' || c > 127 && unicode.IsSpace(c):
		return ' '
	case c == '\ufeff' || c == '\u00ad' || c == '\u2060' || c == '\u180e' || c >= '\u200b' && c <= '\u200f':
		return none
	}
	return 0
}

// withoutPageSpaces is a text with blanks in the place of white space of pages.
func withoutPageSpaces(text []byte) []byte {
	plain := make([]byte, 0, len(text))
	for len(text) > 0 {
		c, n := utf8.DecodeRune(text)
		switch pageSpace(c, text[0]) {
		case ' ':
			plain = append(plain, ' ')
		case 0:
			plain = append(plain, text[:n]...)
		}
		text = text[n:]
	}
	return plain
}
