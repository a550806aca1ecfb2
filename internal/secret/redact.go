package secret

import (
	"strings"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
)

const (
	// redacted stands for what was taken out.
	redacted = "…"
	// minRedacted is the length from which a run of base64 may be a part of a key,
	// in bytes: a line of PEM is longer.
	minRedacted = 20
	// maxFingerprint is the length up to which hexadecimal digits are left: SHA-256.
	maxFingerprint = 64
)

// Redact returns what somebody else said without anything that may be a key, or
// a part of one: what Find finds, runs of base64 and long hexadecimal numbers. A
// run of base64 has capital and small letters; paths and fingerprints mostly do
// not.
func Redact(text string) string {
	text = cut(text, redacted, func(f Finding) bool { return !f.nested })
	return cut(redactRuns(text), redacted, func(Finding) bool { return true })
}

// Cut returns a text of our own in which what Find finds is replaced: words and
// numbers that only look like a part of a key stay.
func Cut(text string) string {
	return cut(text, "[private key]", func(Finding) bool { return true })
}

func cut(text, instead string, which func(Finding) bool) string {
	found := Find([]byte(text))
	order.By(found, func(a, b Finding) int { return int(a.Offset - b.Offset) })
	var out strings.Builder
	at := int64(0)
	for _, f := range found {
		if f.end <= at || !which(f) {
			continue
		}
		if f.Offset >= at {
			out.WriteString(text[at:f.Offset])
			out.WriteString(instead)
		}
		at = f.end
	}
	out.WriteString(text[at:])
	return out.String()
}

// redactRuns replaces runs of base64 and hexadecimal digits.
func redactRuns(text string) string {
	var out strings.Builder
	for text != "" {
		n := strings.IndexFunc(text, func(r rune) bool { return r > 127 || !isRun(byte(r)) })
		if n < 0 {
			n = len(text)
		}
		if run := text[:n]; mayBeKey(run) {
			out.WriteString(redacted)
		} else {
			out.WriteString(run)
		}
		text = text[n:]
		if text != "" {
			_, size := utf8.DecodeRuneInString(text)
			out.WriteString(text[:size])
			text = text[size:]
		}
	}
	return out.String()
}

func isRun(c byte) bool { return six[c] < 64 && c != '-' && c != '_' || c == '=' }

func mayBeKey(run string) bool {
	if len(run) > maxFingerprint && strings.Trim(run, "0123456789abcdefABCDEF") == "" {
		return true
	}
	return len(run) >= minRedacted && strings.ToLower(run) != run && strings.ToUpper(run) != run
}
