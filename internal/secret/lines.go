package secret

import (
	"bytes"
	"strings"
)

const (
	// maxPrefix is how far before a marker its line is looked at, in bytes.
	maxPrefix = 1024
	// minEncoded is the length from which a token may be a line of a key. Names and paths are shorter or have no digits.
	minEncoded = 32
	// minEncodedBody is minBody for lines that have something else beside the key.
	minEncodedBody = 64
	// lineReadings is how often pemInLines reads a body, for the decode budget.
	lineReadings = 8
)

// pemInLines finds a key each of whose lines has something before or after it: in
// logs, output of grep, scripts that print it, and tables. The region is the text
// between a marker and the next one.
func (s *search) pemInLines(l *layer, m marker, region []byte) {
	body, hasEnd := bodyOfLines(region)
	if len(body) < minEncodedBody {
		return
	}
	if s.decoded += int64(lineReadings * len(body)); s.overDecoded() {
		s.sayLimit(l, m.start, m.body+len(body), tooMuch)
		return
	}
	low := max(0, m.start-maxPrefix)
	before := l.text[low:m.start]
	before = before[bytes.LastIndexAny(before, "\r\n")+1:]
	if isKeyInLines(string(before), string(body), hasEnd) {
		encrypted := bytes.Contains(body, []byte("Proc-Type")) || bytes.Contains(body, []byte("DEK-Info"))
		s.say(l, m.start, endOfBlock(l.text, m.body+len(body)), nounOf(m.label, encrypted))
	}
}

// bodyOfLines cuts a region at its END marker, or at the BEGIN marker of anything
// else. Without an END marker the body is the lines that may be of a key, and one
// more: the last line of a key is short.
func bodyOfLines(region []byte) (body []byte, hasEnd bool) {
	end := len(region)
	for _, word := range []string{"-BEGIN ", "- BEGIN ", "-END ", "- END "} {
		if i := bytes.Index(region[:end], []byte(word)); i >= 0 {
			end, hasEnd = i, bytes.Contains(region[i:min(len(region), i+2*maxLabel)], wordPrivate.text) && word[len(word)-2] == 'D'
		}
	}
	if hasEnd {
		return region[:end], true
	}
	at, first := 0, true
	for line := range bytes.Lines(region[:end]) {
		at += len(line)
		if !first && !isEncoded(longest(tokens(string(line)), "")) && !bytes.Contains(line, []byte(`\n`)) {
			break
		}
		first = false
	}
	return region[:at], false
}

// isKeyInLines reports whether a key stands in the lines of a body. before is what
// the line of the marker has before it.
func isKeyInLines(before, body string, hasEnd bool) bool {
	body = strings.ReplaceAll(body, `\/`, "/")
	all := [][2]string{{before, body}}
	if strings.Contains(body, `\n`) || strings.Contains(body, `\r`) || strings.Contains(body, "<") {
		plain := breaks.ReplaceAllString(unescapeLines(before), "\n")
		plain = plain[strings.LastIndexAny(plain, "\r\n")+1:]
		all = append(all, [2]string{plain, breaks.ReplaceAllString(unescapeLines(body), "\n")})
	}
	if !strings.ContainsAny(body, "\r\n") { // a script in one line
		all = append(all, [2]string{"", "\n" + strings.Join(strings.Fields(body), "\n")})
	}
	enough := minEncodedBody
	if isPlaceholder([]byte(body)) {
		enough = minDespite
	}
	for _, c := range all {
		lines := strings.FieldsFunc(c[1], func(r rune) bool { return r == '\n' || r == '\r' })
		if c[1] != "" && c[1][0] != '\n' && c[1][0] != '\r' && len(lines) > 0 {
			lines = lines[1:] // what follows the marker in its line
		}
		if parsesInLines(c[0], lines) {
			return true
		}
		if hasEnd && len(lines) > 0 && !strings.HasSuffix(c[1], "\n") && !isEncoded(longest(tokens(lines[len(lines)-1]), "")) {
			lines = lines[:len(lines)-1] // what stands before the END marker
		}
		if countEncoded(lines, hasEnd) >= enough {
			return true
		}
	}
	return false
}

// parsesInLines tries the ways in which a part of each line makes a key.
func parsesInLines(before string, lines []string) bool {
	n, glued := tokensBefore(before)
	var byColumn, byNumber, byLength []string
	for _, line := range lines {
		if len(line) > len(before) {
			rest := strings.TrimLeft(line[len(before):], " \t")
			byColumn = append(byColumn, rest[:len(rest)-len(strings.TrimLeft(rest, alphabet))])
		}
		words := tokens(line)
		if n < len(words) && len(words[n]) > glued && !strings.Contains(line, words[n]+":") {
			byNumber = append(byNumber, words[n][glued:])
		}
		if word := longest(words, line); word != "" {
			byLength = append(byLength, word)
		}
	}
	for _, parts := range [][]string{byColumn, byNumber, byLength, sameLength(byLength)} {
		for _, parts := range [][]string{parts, withoutGutter(parts)} {
			if noun, ok := keyAt(decodeLoose(strings.Join(parts, ""))); ok && noun != nounPGP { // few bits tell that one
				return true
			}
		}
	}
	return false
}

// tokens are the runs of base64 in a line.
func tokens(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return r > 127 || six[byte(r)] == 64 })
}

// tokensBefore counts the tokens before a marker, and the characters that the last
// one shares with what follows it, as the "+" of a patch does.
func tokensBefore(before string) (n, glued int) {
	words := tokens(before)
	if n = len(words); n > 0 && strings.HasSuffix(before, words[n-1]) {
		return n - 1, len(words[n-1])
	}
	return n, 0
}

// longest is the longest token that is no name before a colon in its line.
func longest(words []string, line string) (word string) {
	for _, w := range words {
		if len(w) > len(word) && (line == "" || !strings.Contains(line, w+":")) {
			word = w
		}
	}
	return word
}

// sameLength keeps the parts as long as the first that is as long as a line of a key,
// and the last part: lines of something else stand between those of a key.
func sameLength(parts []string) (kept []string) {
	for i, part := range parts {
		if len(kept) == 0 && len(part) >= minEncoded || len(kept) > 0 && (len(part) == len(kept[0]) || i == len(parts)-1) {
			kept = append(kept, part)
		}
	}
	return kept
}

// isEncoded reports whether a token looks like a line of base64, not like a name or
// a path: at least a fifth are capital letters, and a fifth small ones.
func isEncoded(word string) bool {
	capitals, small := 0, 0
	for _, c := range word {
		switch {
		case c >= 'A' && c <= 'Z':
			capitals++
		case c >= 'a' && c <= 'z':
			small++
		}
	}
	return len(word) >= minEncoded && min(capitals, small) >= len(word)/5 && strings.ContainsAny(word, "0123456789")
}

// countEncoded counts the characters of base64 in lines: in the leading ones, if
// it is not known where the key ends.
func countEncoded(lines []string, hasEnd bool) (n int) {
	for _, line := range lines {
		word := longest(tokens(line), line)
		if !isEncoded(word) && !hasEnd {
			return n
		}
		if isEncoded(word) {
			n += len(word)
		}
	}
	return n
}
