package sink

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Shell is text as one word of a shell. Bytes that would break a line, are not seen, or end
// code in Markdown are escapes in $'...' (POSIX 2024; bash, zsh and ksh know it), so that a
// command is one line and names the file that it says.
func Shell(text string) string {
	switch {
	case text != "" && strings.Trim(text, plainInShell) == "":
		return text
	case isClean(text) && !strings.ContainsAny(text, "\n\t`") && !strings.Contains(text, "##"):
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for i, width := 0, 0; i < len(text); i += width {
		var r rune
		r, width = utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\\', r == '\'':
			b.WriteString(`\` + text[i:i+width])
		case unsafe(r), r == utf8.RuneError && width == 1, r == '`', r == '#':
			for _, c := range []byte(text[i : i+width]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		default:
			b.WriteString(text[i : i+width])
		}
	}
	return "$'" + b.String() + "'"
}

// plainInShell are the characters that no shell acts on.
const plainInShell = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-"
