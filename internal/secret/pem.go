package secret

import (
	"bytes"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// Literal parts of a PEM marker (RFC 7468; ssh.com and PGP have other dashes and
// a last word).
var (
	wordPrivate = newWord("PRIVATE", "VA")
	wordKey     = []byte("KEY")
	wordBlock   = []byte("BLOCK")
	wordBegin   = []byte("BEGIN")
	wordEnd     = []byte("END ")
	threeDashes = []byte("---")
)

const (
	maxLabel = 64        // bytes between BEGIN and the word PRIVATE
	maxBody  = 128 << 10 // bytes of one PEM body: 16,384 bits of RSA are 13 KiB
	// minDespite is minBody for bodies that have a placeholder too: pages leave the
	// first lines of a key in front of it.
	minDespite = 160

	minBody = 32 // characters of base64 from which a body that no reader understands is one
)

// Marks returns the offsets of the markers of private keys, with a body or
// without: for text that must not even mention one.
func Marks(text []byte) (offsets []int) {
	for m, ok := nextMarker(text, 0); ok; m, ok = nextMarker(text, m.body) {
		offsets = append(offsets, m.start)
	}
	for _, word := range ageWords {
		offsets = append(offsets, word.all(text)...)
	}
	return offsets
}

// shortest is a lower bound for the length of all that is found: the words of the
// shortest marker, without the dashes around them.
const shortest = len("BEGIN PRIVATE KEY")

// Mentions reports whether a text has the marker of a private key, or a key in any
// encoding. Most values of a file are too short for either.
func Mentions(text []byte) bool {
	return len(text) >= shortest && (len(Marks(text)) > 0 || len(Find(text)) > 0)
}

// marker is the first line of a PEM private key.
type marker struct {
	start, body int // offsets of the first dash, and of what follows the last one
	label       string
}

// nextMarker finds the next marker. White space and the backslashes of YAML's
// folded lines may stand between its words.
func nextMarker(text []byte, from int) (marker, bool) {
	for {
		at := wordPrivate.next(text, from)
		if at < 0 {
			return marker{}, false
		}
		from = at + len(wordPrivate.text)
		start, ok := labelStart(text, at)
		if !ok {
			continue
		}
		if body, ok := labelEnd(text, from); ok {
			return marker{start: start, body: body, label: string(text[start:body])}, true
		}
	}
}

// labelStart goes back from the word PRIVATE to the dashes before BEGIN.
func labelStart(text []byte, at int) (int, bool) {
	low := max(0, at-maxLabel)
	begin := bytes.LastIndex(text[low:at], wordBegin)
	if begin < 0 {
		return 0, false
	}
	begin += low
	for _, c := range text[begin+len(wordBegin) : at] {
		if !isLabel(c) {
			return 0, false
		}
	}
	dash := begin
	for dash > 0 && (text[dash-1] == ' ' && begin-dash < 2) {
		dash--
	}
	start := dash
	for start > 0 && text[start-1] == '-' && dash-start < 8 {
		start--
	}
	return start, start < dash
}

func isLabel(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || isFiller(c) // + is a space in a form
}

// isFiller is what folding a line puts between words.
func isFiller(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\\' }

// labelEnd goes from behind the word PRIVATE to behind the dashes.
func labelEnd(text []byte, at int) (int, bool) {
	filled := skipFiller(text, at)
	rest, ok := bytes.CutPrefix(text[filled:], wordKey)
	if !ok || filled == at {
		return 0, false
	}
	at = skipFiller(text, len(text)-len(rest))
	if rest, ok := bytes.CutPrefix(text[at:], wordBlock); ok {
		at = skipFiller(text, len(text)-len(rest))
	}
	end := at
	for end < len(text) && text[end] == '-' && end-at < 8 {
		end++
	}
	return end, end > at
}

func skipFiller(text []byte, at int) int {
	for n := 0; at < len(text) && n < 256 && (isFiller(text[at]) || text[at] == '+'); n++ {
		at++
	}
	return at
}

// pem finds PEM private keys that have a body.
func (s *search) pem(l *layer) {
	if !l.has(wordPrivate) {
		return
	}
	for m, ok := nextMarker(l.text, 0); ok; {
		next, more := nextMarker(l.text, m.body)
		body := bodyAt(l.text, m.body)
		if noun, is := judgeBody(m.label, body); is {
			s.say(l, m.start, endOfBlock(l.text, m.body+len(body)), noun)
		} else {
			end := min(len(l.text), m.body+maxBody)
			if more {
				end = max(m.body, min(end, next.start))
			}
			s.pemInLines(l, m, l.text[m.body:end])
		}
		m, ok = next, more
	}
	s.pemTails(l)
	s.pemReversed(l)
}

// bodyAt is what follows a marker up to the next one. It ends at the next word
// of a marker too, so that a text of markers alone is not read again for each.
func bodyAt(text []byte, at int) []byte {
	body := text[at:min(len(text), at+maxBody)]
	if i := wordPrivate.next(body, 0); i >= 0 {
		body = body[:i]
	}
	if i := bytes.Index(body, threeDashes); i >= 0 {
		body = body[:i]
	}
	return body
}

// endOfBlock is behind the END marker at a place, if one is there.
func endOfBlock(text []byte, at int) int {
	line := text[at:min(len(text), at+2*maxLabel)]
	end := bytes.Index(line, wordEnd)
	if end < 0 || end > 8 {
		return at
	}
	if i := bytes.IndexByte(line[end:], '-'); i >= 0 {
		at += end + i
	}
	for at < len(text) && text[at] == '-' {
		at++
	}
	return at
}

// judgeBody says what a PEM body is, if it is one.
func judgeBody(label string, body []byte) (noun string, is bool) {
	lines, encrypted := bodyLines(body)
	noun = nounOf(label, encrypted)
	for _, body := range [][]string{lines, withoutGutter(lines)} {
		if key, ok := keyAt(decodeLoose(strings.Join(body, ""))); ok {
			if key == nounEncrypted || key == nounPKCS12 {
				noun = nounOf(label, true)
			}
			return noun, true
		}
	}
	enough := minBody
	if isPlaceholder(body) {
		enough = minDespite
	}
	return noun, !isDull(body) && countBody(lines) >= enough
}

// nounOf is what a marker calls its key.
func nounOf(label string, encrypted bool) string {
	noun := "PEM private key"
	switch {
	case strings.Contains(label, "OPENSSH"):
		return "OpenSSH private key"
	case strings.Contains(label, "PGP"):
		return "PGP private key"
	}
	if encrypted || strings.Contains(label, "ENCRYPTED") {
		return "encrypted " + noun
	}
	return noun
}

// breaks are line ends of HTML and of scripts.
var breaks = lazy.New(`<[^<>\n]{1,40}>|\$\{[^{}\n]{1,20}\}`)

// bodyLines are the lines of a body without indentation, quotes and headers.
func bodyLines(body []byte) (lines []string, encrypted bool) {
	text := breaks.ReplaceAllString(unescapeLines(string(body)), "\n")
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = inQuotes(strings.TrimSpace(line))
		if name, _, is := strings.Cut(line, ":"); is && !strings.ContainsAny(name, " \t") {
			encrypted = encrypted || name == "Proc-Type" || name == "DEK-Info"
			continue
		}
		if line = strings.Trim(line, " \t.,;#*>|\"'`\\"); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, encrypted
}

// unescapeLines makes line ends of the escaped ones, and drops other backslashes.
func unescapeLines(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out.WriteByte(text[i])
			continue
		}
		for i+1 < len(text) && text[i+1] == '\\' {
			i++
		}
		if i+1 < len(text) && (text[i+1] == 'n' || text[i+1] == 'r' || text[i+1] == 't') {
			out.WriteByte('\n')
			i++
		}
	}
	return out.String()
}

// inQuotes is what a line has between its first quote and its last, or the line.
func inQuotes(line string) string {
	first, last := strings.IndexAny(line, "\"'`"), strings.LastIndexAny(line, "\"'`")
	if first >= 0 && first < last {
		return line[first+1 : last]
	}
	return line
}

// withoutGutter drops what each line begins with and a line of base64 may have
// too: the "+" of a patch, the "//" of a comment.
func withoutGutter(lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	gutter := lines[0][:len(lines[0])-len(strings.TrimLeft(lines[0], "+-/ "))]
	for _, line := range lines {
		for !strings.HasPrefix(line, gutter) {
			gutter = gutter[:len(gutter)-1]
		}
	}
	if gutter == "" {
		return nil
	}
	shorter := make([]string, len(lines))
	for i, line := range lines {
		shorter[i] = line[len(gutter):]
	}
	return shorter
}

// countBody counts the characters of the leading lines that are base64 alone.
// Prose that follows a marker in a page has words with spaces between them.
func countBody(lines []string) (n int) {
	for _, line := range lines {
		for word := range strings.FieldsSeq(line) {
			if strings.Trim(word, alphabet+"=") != "" || len(word) < 16 && len(word) < len(line) {
				return n
			}
			n += len(word)
		}
	}
	return n
}

// placeholders stand where pages and templates leave a key out.
var placeholders = [][]byte{[]byte(".."), []byte("…"), []byte("<"), []byte("{{"), []byte("$"), []byte("%s"), []byte("REDACTED"),
	[]byte("xxxxxxxx"), []byte("XXXXXXXX")}

func isPlaceholder(body []byte) bool {
	for _, p := range placeholders {
		if bytes.Contains(body, p) {
			return true
		}
	}
	return false
}

// isDull reports whether a body is one character over and over.
func isDull(body []byte) bool {
	var seen [256]bool
	distinct := 0
	for _, c := range body {
		if six[c] < 64 && !seen[c] {
			seen[c] = true
			distinct++
		}
	}
	return distinct < 3
}
