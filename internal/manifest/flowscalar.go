package manifest

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// atom is a part of a scalar's source and what it decodes to. The atoms of a
// plain or quoted scalar let an edit keep the source of what does not change:
// escapes, doubled quotes, line folds.
type atom struct {
	from, to int
	decoded  string
	verbatim bool // decoded is the source itself, and may be cut anywhere
}

// flowScalar is the source of a plain or quoted scalar, without tag and anchor.
type flowScalar struct {
	from, to         int
	bodyFrom, bodyTo int // without quotes
	atoms            []atom
}

// readFlowScalar reads the scalar whose source begins at from. It is not ok
// when the source does not decode to value by the rules known here.
func readFlowScalar(text []byte, from int, st style, value string) (s flowScalar, ok bool) {
	quote := map[style]byte{singleQuoted: '\'', doubleQuoted: '"'}[st]
	if quote == 0 {
		r := atomReader{text: text, at: from}
		ok = r.plain(value)
		return flowScalar{from: from, to: r.at, bodyFrom: from, bodyTo: r.at, atoms: r.atoms}, ok
	}
	if from >= len(text) || text[from] != quote {
		return s, false
	}
	r := atomReader{text: text, at: from + 1}
	ok = r.quoted(quote)
	s = flowScalar{from: from, to: r.at + 1, bodyFrom: from + 1, bodyTo: r.at, atoms: r.atoms}
	return s, ok && s.decoded() == value
}

func (s flowScalar) decoded() string {
	var b strings.Builder
	for _, a := range s.atoms {
		b.WriteString(a.decoded)
	}
	return b.String()
}

type atomReader struct {
	text  []byte
	at    int
	atoms []atom
}

func (r *atomReader) add(to int, decoded string) {
	r.atoms = append(r.atoms, atom{from: r.at, to: to, decoded: decoded})
	r.at = to
}

// verbatim adds [r.at, to), which decodes to itself.
func (r *atomReader) verbatim(to int) {
	if to > r.at {
		r.atoms = append(r.atoms, atom{from: r.at, to: to, decoded: string(r.text[r.at:to]), verbatim: true})
		r.at = to
	}
}

// plain reads until value is complete: the parser has found the end already.
func (r *atomReader) plain(value string) bool {
	run := r.at // end of the verbatim part
	for value != "" && run < len(r.text) {
		if fold, decoded := readFold(r.text, run); fold > run {
			r.verbatim(run)
			r.add(fold, decoded)
			run = fold
			if !strings.HasPrefix(value, decoded) {
				return false
			}
			value = value[len(decoded):]
			continue
		}
		if r.text[run] != value[0] {
			return false
		}
		run, value = run+1, value[1:]
	}
	r.verbatim(run)
	return value == ""
}

// quoted reads up to the closing quote.
func (r *atomReader) quoted(quote byte) bool {
	for run := r.at; run < len(r.text); {
		c := r.text[run]
		fold, decoded := readFold(r.text, run)
		switch {
		case fold > run:
		case c == '\'' && quote == c && run+1 < len(r.text) && r.text[run+1] == c:
			fold, decoded = run+2, "'"
		case c == '\\' && quote == '"':
			if fold, decoded = readEscape(r.text, run); fold < 0 {
				return false
			}
		case c == quote:
			r.verbatim(run)
			return true
		default:
			run++
			continue
		}
		r.verbatim(run)
		r.add(fold, decoded)
		run = fold
	}
	return false
}

// readFold reads a line fold that begins at i: blanks, a break, and all blanks
// and breaks after it. One break decodes to a space, more of them to one less
// (YAML 1.2.2, section 6.5). Without a break there is no fold and end is i.
func readFold(text []byte, i int) (end int, decoded string) {
	var breaks []string
	for end = i; end < len(text); {
		if isBlank(text[end]) {
			end++
			continue
		}
		width := breakLen(text, end)
		if width == 0 {
			break
		}
		breaks = append(breaks, breakValue(text[end:end+width]))
		end += width
	}
	switch {
	case len(breaks) == 0:
		return i, ""
	case breaks[0] != "\n":
		return end, strings.Join(breaks, "")
	case len(breaks) == 1:
		return end, " "
	}
	return end, strings.Join(breaks[1:], "")
}

// breakValue is what a line break counts for in a value: LS and PS stay.
func breakValue(b []byte) string {
	if len(b) == 3 {
		return string(b)
	}
	return "\n"
}

// escapes are the one-letter escapes of double-quoted scalars (YAML 1.2.2, section 5.7).
var escapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r",
	'e': "\x1b", ' ': " ", '"': `"`, '/': "/", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// hexEscapes are the escapes with a number, and its digits.
var hexEscapes = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// readEscape reads the escape at i; end is -1 if it is none. An escaped line
// break joins the lines.
func readEscape(text []byte, i int) (end int, decoded string) {
	if i+1 >= len(text) {
		return -1, ""
	}
	if width := breakLen(text, i+1); width > 0 {
		end = i + 1 + width
		for end < len(text) && (isBlank(text[end]) || breakLen(text, end) > 0) {
			if width := breakLen(text, end); width > 0 {
				decoded += breakValue(text[end : end+width])
				end += width
				continue
			}
			end++
		}
		return end, decoded
	}
	if s, ok := escapes[text[i+1]]; ok {
		return i + 2, s
	}
	digits := hexEscapes[text[i+1]]
	end = i + 2 + digits
	if digits == 0 || end > len(text) {
		return -1, ""
	}
	code, err := strconv.ParseUint(string(text[i+2:end]), 16, 32)
	if err != nil {
		return -1, ""
	}
	return end, string(rune(code))
}

// changedPart finds the smallest part of the source that must be replaced for
// the value to become next, and what that part shall decode to.
func (s flowScalar) changedPart(next string) (from, to int, middle string) {
	old := s.decoded()
	prefix, suffix := commonEnds(old, next)
	from, prefix = s.sourceDown(prefix)
	to, rest := s.sourceUp(len(old) - suffix)
	return from, to, next[prefix : len(next)-(len(old)-rest)]
}

// sourceDown is the source of a decoded offset, moved down to where it may be cut.
func (s flowScalar) sourceDown(offset int) (source, moved int) {
	at := 0
	for _, a := range s.atoms {
		if offset < at+len(a.decoded) {
			if a.verbatim {
				return a.from + offset - at, offset
			}
			return a.from, at
		}
		at += len(a.decoded)
	}
	return s.bodyTo, at
}

// sourceUp is the source of a decoded offset, moved up to where it may be cut.
func (s flowScalar) sourceUp(offset int) (source, moved int) {
	at := 0
	for _, a := range s.atoms {
		if offset < at+len(a.decoded) {
			switch {
			case a.verbatim:
				return a.from + offset - at, offset
			case offset == at:
				return a.from, at
			}
			offset = at + len(a.decoded)
		}
		at += len(a.decoded)
	}
	return s.bodyTo, at
}

// commonEnds are the lengths of the common start and end of two strings, cut
// between characters and not overlapping.
func commonEnds(a, b string) (prefix, suffix int) {
	limit := min(len(a), len(b))
	for prefix < limit && a[prefix] == b[prefix] {
		prefix++
	}
	for prefix > 0 && (prefix < len(a) && !utf8.RuneStart(a[prefix]) || prefix < len(b) && !utf8.RuneStart(b[prefix])) {
		prefix--
	}
	for suffix < limit-prefix && a[len(a)-1-suffix] == b[len(b)-1-suffix] {
		suffix++
	}
	for suffix > 0 && !utf8.RuneStart(a[len(a)-suffix]) {
		suffix--
	}
	return prefix, suffix
}
