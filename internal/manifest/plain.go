package manifest

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// direction are the characters that turn text around.
const direction = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

// ParsePlain is [Parse] of a file that people review as a difference. Characters that
// YAML 1.1 takes for line breaks, and differences do not show as such, are refused, as
// are those that turn text around: what looks like a comment could be a field.
func ParsePlain(text []byte) (*Node, error) {
	for line, column, rest := 1, 1, text; len(rest) > 0; {
		r, width := utf8.DecodeRune(rest)
		found := ""
		switch {
		case r < utf8.RuneSelf && r != '\r': // nearly all
		case r == '\r' && !bytes.HasPrefix(rest, []byte("\r\n")):
			found = "a carriage return without a line feed"
		case r == '\u0085', r == '\u2028', r == '\u2029':
			found = "a line break that only YAML 1.1 knows"
		case strings.ContainsRune(direction, r):
			found = "a character that turns text around"
		}
		if found != "" {
			return nil, problem.NotShown.With(found).At(line, column)
		}
		if column++; r == '\n' {
			line, column = line+1, 1
		}
		rest = rest[width:]
	}
	return Parse(text)
}
