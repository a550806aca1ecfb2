package secret

import (
	"bytes"
	"html"
	"unicode/utf8"
)

// escape reads an escape at the begin of a text: its character (-1 for none) and
// its length; 0 if there is none.
func escape(text []byte) (c rune, n int) {
	if len(text) < 2 {
		return 0, 0
	}
	switch text[0] {
	case '%':
		if text[1] == 'u' { // escape() of JavaScript
			return digits(text, 2, 6, 16)
		}
		return digits(text, 1, 3, 16)
	case '&':
		return entity(text)
	}
	switch text[1] {
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case '/', '"', '\'', '\\':
		return rune(text[1]), 2
	case 'x', 'u':
		if len(text) > 2 && text[2] == '{' {
			return braced(text)
		}
		if text[1] == 'x' {
			return digits(text, 2, 4, 16)
		}
		return digits(text, 2, 6, 16)
	case 'U':
		return digits(text, 2, 10, 16)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		return octal(text)
	case '\n', '\r': // a folded line
		n = 2
		for n < len(text) && isFiller(text[n]) && text[n] != '\\' {
			n++
		}
		return -1, n
	}
	return 0, 0
}

// digits reads the digits from..to of an escape.
func digits(text []byte, from, to int, base rune) (c rune, n int) {
	if len(text) < to {
		return 0, 0
	}
	for _, d := range text[from:to] {
		if hexKinds[d] != hexDigit || rune(hexValue(d)) >= base {
			return 0, 0
		}
		c = c*base + rune(hexValue(d))
	}
	return c, to
}

// octal reads \055, \55 and \0: at most three digits, and no more than a byte.
func octal(text []byte) (c rune, n int) {
	for n = 1; n < 4 && n < len(text) && text[n] >= '0' && text[n] <= '7' && c*8 <= 0xf8; n++ {
		c = c*8 + rune(text[n]-'0')
	}
	return c, n
}

// braced reads \u{2d}.
func braced(text []byte) (c rune, n int) {
	end := bytes.IndexByte(text[:min(len(text), 11)], '}')
	if end < 4 {
		return 0, 0
	}
	c, n = digits(text, 3, end, 16)
	if n == 0 {
		return 0, 0
	}
	return c, end + 1
}

// entity reads &#45;, &#x2d; and &nbsp;.
func entity(text []byte) (c rune, n int) {
	end := bytes.IndexByte(text[:min(len(text), 12)], ';')
	if end < 3 {
		return 0, 0
	}
	if text[1] != '#' {
		return namedEntity(text[:end+1])
	}
	from, base := 2, rune(10)
	if text[2] == 'x' || text[2] == 'X' {
		from, base = 3, 16
	}
	if from == end {
		return 0, 0
	}
	if c, n = digits(text, from, end, base); n == 0 {
		return 0, 0
	}
	return c, end + 1
}

// namedEntity reads an entity that stands for one character.
func namedEntity(text []byte) (c rune, n int) {
	c, size := utf8.DecodeRuneInString(html.UnescapeString(string(text)))
	if size == len(text) || utf8.RuneLen(c) != len(html.UnescapeString(string(text))) {
		return 0, 0
	}
	return c, len(text)
}
