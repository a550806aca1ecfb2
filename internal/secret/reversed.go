package secret

import "bytes"

// pemReversed searches PEM keys whose lines are in reverse order: logs that are printed
// newest first, and the swap files of vim, which end each line by NUL. In both END
// is before BEGIN, with the body in between.
func (s *search) pemReversed(l *layer) {
	for at := wordPrivate.next(l.text, 0); at >= 0; {
		next := wordPrivate.next(l.text, at+len(wordPrivate.text))
		if next < 0 {
			return
		}
		low := max(0, at-maxLabel)
		from := low + max(0, bytes.LastIndex(l.text[low:at], wordEnd))
		if next-at < maxBody && bytes.Contains(l.text[low:at], wordEnd) && !bytes.Contains(l.text[from:at], wordBegin) &&
			hasBodyBetween(l.text[at:next]) {
			first, end := wholeLines(l.text, from, next)
			s.enter(l, "lines in reverse order", linesReversed(l.text[first:end]), first, end)
		}
		at = next
	}
}

// hasBodyBetween reports whether a text from the label of an END to that of the next
// BEGIN has a body, and no other block: between two keys in order there is none.
func hasBodyBetween(text []byte) bool {
	begin := bytes.LastIndex(text, wordBegin)
	if begin < len(text)-maxLabel || begin < 0 {
		return false
	}
	_, body, _ := bytes.Cut(bytes.TrimRight(text[:begin], "- "), []byte("-----"))
	return len(bytes.Join(bytes.Fields(body), nil)) >= minBody && !bytes.Contains(body, []byte("-----"))
}

// wholeLines widens a part of a text to its lines, as far as a line of a log reaches.
func wholeLines(text []byte, from, end int) (int, int) {
	low := max(0, from-maxPrefix)
	first := low + 1 + bytes.LastIndexAny(text[low:from], "\n\x00")
	last := text[end:min(len(text), end+maxPrefix)]
	if i := bytes.IndexAny(last, "\n\x00"); i >= 0 {
		last = last[:i]
	}
	return first, end + len(last)
}

// linesReversed has the last line first. Of a text in one line, strings in quotes are.
func linesReversed(text []byte) []byte {
	isEnd := func(r rune) bool { return r == '\n' || r == 0 }
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, 0) < 0 {
		isEnd = func(r rune) bool { return r == '"' }
	}
	lines := bytes.FieldsFunc(text, isEnd)
	out := make([]byte, 0, len(text)+1)
	for i := len(lines) - 1; i >= 0; i-- {
		out = append(append(out, lines[i]...), '\n')
	}
	return out
}
