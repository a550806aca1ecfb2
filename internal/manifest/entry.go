package manifest

import "bytes"

// entry is one line of block style, as far as a line alone can tell.
type entry struct {
	column int    // of the key, or of the last dash when there is no key
	dash   bool   // the line begins with "- "
	key    []byte // nil when the line holds no key
	quoted bool   // the key is quoted
	value  []byte // on this line, without comment; with its quotes
	block  bool   // a block scalar begins
}

// readEntry reads a line without its indent, which is given as column. It is
// not ok when the line holds anything that can change how later lines read: an
// open quote or bracket, a tag, an anchor, an alias, "?".
func readEntry(rest []byte, column int) (e entry, ok bool) {
	e.column = column
	rest = trimRight(rest)
	for rest[0] == '-' && (len(rest) == 1 || rest[1] == ' ') {
		e.dash, e.column = true, column
		column++
		for rest = rest[1:]; len(rest) > 0 && rest[0] == ' '; rest = rest[1:] {
			column++
		}
		if len(rest) == 0 {
			return e, true
		}
	}
	switch c := rest[0]; c {
	case '#':
		return e, true
	case '|', '>':
		e.block = true
		return e, e.dash
	case '"', '\'':
		return e.afterQuoted(rest, column)
	case '{', '[':
		_, after, closed := oneLine(rest)
		return e, closed && len(after) == 0
	case '\t', '&', '*', '!', '?', ':', '%', '@', '`', ',', ']', '}':
		return e, false
	}
	colon := keyEnd(rest)
	if colon < 0 {
		return e, true // a plain value, or one more line of it
	}
	e.key, e.column = trimRight(rest[:colon]), column
	return e.withValue(rest[colon+1:])
}

// afterQuoted reads a line that begins with a quoted key or value.
func (e entry) afterQuoted(rest []byte, column int) (entry, bool) {
	quoted, after, closed := oneLine(rest)
	switch {
	case !closed:
		return e, false
	case len(after) == 0:
		return e, true
	case after[0] != ':' || len(after) > 1 && !isBlank(after[1]):
		return e, false
	}
	e.key, e.quoted, e.column = quoted, true, column
	return e.withValue(after[1:])
}

// withValue reads what stands behind the colon.
func (e entry) withValue(rest []byte) (entry, bool) {
	rest = trimLeft(rest)
	if len(rest) == 0 || rest[0] == '#' {
		return e, true
	}
	switch rest[0] {
	case '|', '>':
		e.block = true
		return e, true
	case '"', '\'', '{', '[':
		value, after, closed := oneLine(rest)
		e.value = value
		return e, closed && len(after) == 0
	case '&', '*', '!', '?', '%', '@', '`':
		return e, false
	}
	e.value = trimRight(withoutComment(rest))
	return e, true
}

// keyEnd is the offset of the colon that ends a plain key, or -1.
func keyEnd(rest []byte) int {
	for i := 0; i < len(rest); i++ {
		colon := bytes.IndexByte(rest[i:], ':')
		if colon < 0 {
			return -1
		}
		i += colon
		if i+1 == len(rest) || isBlank(rest[i+1]) {
			if len(withoutComment(rest[:i])) < i {
				return -1
			}
			return i
		}
	}
	return -1
}

// oneLine cuts a quoted value or a flow collection off the start of a line;
// after is what follows, without blanks and comment. It is not closed when it
// goes on behind the line, or when a quote stands where it might not be one.
func oneLine(rest []byte) (value, after []byte, closed bool) {
	depth := 0
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '"', '\'':
			if depth > 0 && !opensQuote(rest[:i]) {
				return nil, nil, false
			}
			end := quoteEnd(rest, i)
			if end < 0 {
				return nil, nil, false
			}
			i = end - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '#':
			return nil, nil, false
		}
		if depth == 0 {
			value, after = rest[:i+1], rest[i+1:]
			if tail := trimLeft(after); len(tail) > 0 && tail[0] == '#' && len(tail) < len(after) {
				return value, nil, true
			}
			return value, trimLeft(after), true
		}
	}
	return nil, nil, false
}

// opensQuote reports whether a quote after this text begins a quoted value, and
// does not stand in the middle of a plain one.
func opensQuote(before []byte) bool {
	before = trimRight(before)
	return bytes.IndexByte([]byte("{[,:"), before[len(before)-1]) >= 0
}

// quoteEnd is the offset behind the quoted value that begins at b[i], or -1.
func quoteEnd(b []byte, i int) int {
	quote := b[i]
	for i++; i < len(b); i++ {
		switch {
		case b[i] == '\\' && quote == '"':
			i++
		case b[i] == quote && quote == '\'' && i+1 < len(b) && b[i+1] == '\'':
			i++
		case b[i] == quote:
			return i + 1
		}
	}
	return -1
}

// withoutComment cuts a comment: "#" at the start or behind a blank.
func withoutComment(line []byte) []byte {
	for i := 0; i < len(line); i++ {
		hash := bytes.IndexByte(line[i:], '#')
		if hash < 0 {
			break
		}
		i += hash
		if i == 0 || isBlank(line[i-1]) {
			return line[:i]
		}
	}
	return line
}

// isEmptyLine reports whether nothing but white space stands in a line.
func isEmptyLine(line []byte) bool {
	for _, c := range line {
		if !isBlank(c) && c != '\r' {
			return false
		}
	}
	return true
}

func trimLeft(b []byte) []byte {
	for len(b) > 0 && isBlank(b[0]) {
		b = b[1:]
	}
	return b
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && (isBlank(b[len(b)-1]) || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}
