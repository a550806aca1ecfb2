package problem

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shownMax is the longest text, in characters, that a message quotes: longer
// ones are material, not words.
const shownMax = 60

// encodedMin is the shortest text, in characters, that may be taken for a line of
// PEM: 16 bytes in base64.
const encodedMin = 24

// encoded reports whether a text looks like base64 of bytes without a meaning, as a
// line of PEM is: in names and paths, letters of one case follow each other.
// Digests in hex are said.
func encoded(text string) bool {
	if strings.Trim(text, "0123456789abcdef") == "" || strings.Trim(text, "0123456789ABCDEF") == "" {
		return false
	}
	changes, last := 0, byte(0)
	for i := range len(text) {
		var kind byte
		switch c := text[i]; {
		case 'a' <= c && c <= 'z':
			kind = 'a'
		case 'A' <= c && c <= 'Z':
			kind = 'A'
		case '0' <= c && c <= '9', c == '+', c == '/', c == '=':
			kind = '0'
		default:
			return false
		}
		if i > 0 && kind != last {
			changes++
		}
		last = kind
	}
	return len(text) >= encodedMin && changes*5 >= len(text)*2
}

// withoutEncoded is the arguments of a sentence, in which the length stands for a
// text that may be a line of a private key.
func withoutEncoded(args []any) []any {
	shown := args[:0:0]
	for _, arg := range args {
		if text, is := arg.(string); is && encoded(strings.TrimSpace(text)) {
			arg = fmt.Sprintf("(%d characters)", len(strings.TrimSpace(text)))
		}
		shown = append(shown, arg)
	}
	return shown
}

// Shown quotes a user's text for a message, unless it might be PEM or key
// material: then only its length is told.
func Shown(text string) string {
	n := utf8.RuneCountInString(text)
	if n > shownMax || strings.Contains(text, "---") || strings.ContainsAny(text, "\r\n") || encoded(strings.TrimSpace(text)) {
		return fmt.Sprintf("text of %d characters", n)
	}
	return strconv.Quote(text)
}
