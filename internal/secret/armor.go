package secret

import "bytes"

// Words before lines that each begin with their length.
var (
	wordBeginFile = newWord("begin ", "eg")
	wordGitPatch  = newWord("GIT binary patch", "GI")
)

// armored searches what uuencode and "git diff --binary" write.
func (s *search) armored(l *layer) {
	for _, at := range l.all(wordBeginFile) {
		if first, ok := uuHeader(l.text[at:]); ok {
			s.linesBehind(l, at, at+first, "uuencode", uuLine)
		}
	}
	for _, at := range l.all(wordGitPatch) {
		end := min(len(l.text), at+maxArmor)
		for from := at; from < end; { // a patch has the new file and the old one
			i := bytes.Index(l.text[from:end], []byte("literal "))
			if i < 0 {
				break
			}
			first := bytes.IndexByte(l.text[from+i:end], '\n')
			if first < 0 {
				break
			}
			from = max(from+i+first+1, s.linesBehind(l, from+i, from+i+first+1, "a Git patch", gitLine))
		}
	}
}

// maxArmor is how far behind the word of a patch its files are looked for, in bytes.
const maxArmor = 1 << 20

// uuHeader is the length of the line "begin 644 name" that a text begins with.
func uuHeader(text []byte) (length int, ok bool) {
	line := text[:max(0, bytes.IndexByte(text[:min(len(text), 256)], '\n'))]
	fields := bytes.Fields(line)
	return len(line) + 1, len(fields) >= 3 && len(fields[1]) <= 4 && len(fields[1]) >= 3 && len(bytes.Trim(fields[1], "01234567")) == 0
}

// linesBehind decodes the lines from a place on, as long as they are lines of the
// encoding, and returns the end of them. Each has before it what the line of the word
// has: the + of a patch, or blanks.
func (s *search) linesBehind(l *layer, word, at int, wrap string, decode func(plain, line []byte) ([]byte, bool)) int {
	gutter := word - (bytes.LastIndexByte(l.text[:word], '\n') + 1)
	plain, end := []byte(nil), at
	for gutter <= maxPrefix {
		line := l.text[end:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i]
		}
		next := end + len(line) + 1
		if line = bytes.TrimSuffix(line, []byte("\r")); len(line) <= gutter {
			break
		}
		var ok bool
		if plain, ok = decode(plain, line[gutter:]); !ok {
			break
		}
		if end = min(next, len(l.text)); end == len(l.text) {
			break
		}
	}
	if len(plain) >= minDump {
		s.enter(l, wrap, plain, word, end)
	}
	return end
}

// uuLine decodes a line of uuencode. Blanks at its end may be cut.
func uuLine(plain, line []byte) ([]byte, bool) {
	const mostBytes = 45
	size := int(line[0]-' ') & 63
	if line[0] < ' ' || line[0] > '`' || size == 0 || size > mostBytes || len(line)-1 > (size+2)/3*4+2 {
		return plain, false
	}
	var six []byte
	for i := range (size + 2) / 3 * 4 {
		c := byte(' ')
		if i+1 < len(line) {
			c = line[i+1]
		}
		if c < ' ' || c > '`' {
			return plain, false
		}
		six = append(six, (c-' ')&63)
	}
	return append(plain, pack(nil, six)[:size]...), true
}

// gitLine decodes a line of a binary patch: its length is a letter.
func gitLine(plain, line []byte) ([]byte, bool) {
	size := 0
	switch c := line[0]; {
	case c >= 'A' && c <= 'Z':
		size = int(c-'A') + 1
	case c >= 'a' && c <= 'z':
		size = int(c-'a') + 27
	}
	if size == 0 || len(line)-1 != (size+3)/4*5 {
		return plain, false
	}
	digits := make([]byte, 0, len(line))
	for _, c := range line[1:] {
		if base85Git.values[c] == noDigit {
			return plain, false
		}
		digits = append(digits, base85Git.values[c])
	}
	return append(plain, group85(nil, digits)[:size]...), true
}
