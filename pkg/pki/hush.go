package pki

import (
	"strings"
	"unicode/utf8"
)

// maxRun is the length from which a run of base64 may be a key's, in bytes: a
// line of PEM is longer.
const maxRun = 20

// Hush takes runs of base64 out of what somebody else said, which may quote a
// key: its PEM, or base64 of that. A run has capital and small letters; paths and
// fingerprints mostly do not.
func Hush(text string) string {
	var out strings.Builder
	for text != "" {
		n := strings.IndexFunc(text, func(r rune) bool { return r > 127 || !isBase64(byte(r)) })
		if n < 0 {
			n = len(text)
		}
		run := text[:n]
		if n >= maxRun && strings.ToLower(run) != run && strings.ToUpper(run) != run {
			run = "…"
		}
		out.WriteString(run)
		text = text[n:]
		if text != "" {
			_, size := utf8.DecodeRuneInString(text)
			out.WriteString(text[:size])
			text = text[size:]
		}
	}
	return out.String()
}
