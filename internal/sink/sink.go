// Package sink makes text that somebody else wrote (names of files and branches,
// certificates, sentences of other programs) safe for the place where it is
// shown: one function per place. It is pure and keeps everything readable: what a
// place would act on is shown as an escape or as a character that looks alike.
package sink

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// Terminal is text, of one or more lines, for a terminal or a file that people
// read: control characters, marks of text direction, invisible characters and
// bytes that are not UTF-8 become escapes as in Go's strings. Tabs and newlines
// stay.
func Terminal(text string) string {
	if isClean(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, width := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && width == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r == '\n', r == '\t', !unsafe(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += width
	}
	return b.String()
}

// Line is [Terminal] for text that is one line, or a part of one: what would begin
// another becomes an escape, too.
func Line(text string) string { return lineEnds.Replace(Terminal(text)) }

var lineEnds = strings.NewReplacer("\n", `\n`, "\t", `\t`)

func isClean(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return unsafe(r) && r != '\n' && r != '\t' }) < 0
}

// unsafe reports whether a character is acted on or not seen: C0 and C1 controls,
// line and paragraph separators, and format characters, among them the marks of
// text direction (U+200E, U+202A to U+202E, U+2066 to U+2069), zero width ones and
// tags; also the fillers that are letters and look like nothing.
func unsafe(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) ||
		unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// JSON escapes, in JSON text, what [Terminal] escapes outside of ASCII. All of it
// stands in strings, so the text means the same.
func JSON(text []byte) []byte {
	if isClean(string(text)) {
		return text
	}
	var b strings.Builder
	for _, r := range string(text) {
		switch {
		case r < 0x80 || !unsafe(r):
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			high, low := (r-0x10000)>>10+0xD800, (r-0x10000)&0x3FF+0xDC00
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		}
	}
	return []byte(b.String())
}

// commands are what runners look for anywhere in a line: "##[" (Azure Pipelines
// and the first form of GitHub's), "##vso[", "##teamcity[".
var commands = lazy.New(`##([[:alpha:]]*)\[`)

// Log is [Terminal] for the log of a CI job: no line is a command to the runner.
// GitHub, Gitea and Forgejo take a line for one that begins with "::" after white
// space (https://github.com/actions/runner, ActionCommand.cs).
func Log(text string) string {
	text = commands.ReplaceAllString(Terminal(text), `##$1\[`)
	if !strings.Contains(text, "::") {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		rest := strings.TrimLeftFunc(line, unicode.IsSpace)
		if strings.HasPrefix(rest, "::") {
			lines[i] = line[:len(line)-len(rest)] + `\` + rest
		}
	}
	return strings.Join(lines, "")
}

// Output is one line name=value for the file of a job's outputs (GITHUB_OUTPUT):
// white space in the value, line ends among it, is one blank.
func Output(name, value string) string {
	return name + "=" + Terminal(strings.Join(strings.Fields(value), " ")) + "\n"
}

// OneLine keeps a text, such as a certificate's, from breaking a line or passing for PEM.
func OneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '[' || r == ']' {
			return '?'
		}
		return r
	}, text)
}
