package manifest

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// blockScalar is the source of a literal (|) or folded (>) scalar.
type blockScalar struct {
	from     int    // of | or >
	digit    string // indentation indicator or ""
	chomp    string // "", "-" or "+"
	header   string // rest of the header line: blanks and a comment
	indent   int    // columns before the content; -1 when there is none
	newline  string // break of the header line
	body     []blockLine
	trailing []blockLine // blank lines after the body
	to       int         // behind the last line and its break
	open     bool        // the last line has no break (the text ends)
}

// blockLine is a line of a block scalar: [from, to) with its indent, up to next
// with its break.
type blockLine struct {
	from, to, next int
	content        string // without the indent
}

// readBlock reads the lines of a block scalar; not ok when the text is written
// in a way that this file does not know (lone CR, NEL, LS, PS; tabs as indent).
func (w *work) readBlock(t target) (b blockScalar, ok bool) {
	text := w.text
	b.from = w.contentStart(t.node)
	i := b.from + 1
	for ; i < len(text); i++ {
		if c := text[i]; c == '-' || c == '+' {
			b.chomp = string(c)
		} else if c >= '1' && c <= '9' {
			b.digit = string(c)
		} else {
			break
		}
	}
	end := lineEnd(text, i)
	b.header, b.newline = string(text[i:end]), newlineAt(text, i)
	b.to, b.open = nextLine(text, i), end == len(text)
	b.indent = -1
	if b.digit != "" {
		b.indent = max(t.indent, 0) + int(b.digit[0]-'0')
	}
	b.readLines(text, max(t.indent+1, 0))
	odd := b.to > b.from && oddBreaks(text[b.from:b.to])
	return b, !odd && (t.node.style == folded || b.value() == t.node.value)
}

// readLines takes all lines of the scalar. Without an indicator, the first line
// that is not blank sets the indent, which is at least least.
func (b *blockScalar) readLines(text []byte, least int) {
	var lines []blockLine
	for i := b.to; i < len(text); {
		l := blockLine{from: i, to: lineEnd(text, i), next: nextLine(text, i)}
		spaces := 0
		for i+spaces < l.to && text[i+spaces] == ' ' {
			spaces++
		}
		blank := i+spaces == l.to
		if b.indent < 0 && !blank && spaces >= least {
			b.indent = spaces
		}
		if !blank && (b.indent < 0 || spaces < b.indent) || !blank && b.indent == 0 &&
			(isMarker(text[i:l.to], "---") || isMarker(text[i:l.to], "...")) {
			break
		}
		if b.indent >= 0 && spaces >= b.indent {
			l.content = string(text[i+b.indent : l.to])
		}
		lines = append(lines, l)
		i = l.next
	}
	body := len(lines)
	for body > 0 && lines[body-1].content == "" {
		body--
	}
	b.body, b.trailing = lines[:body], lines[body:]
	if len(lines) > 0 {
		last := lines[len(lines)-1]
		b.to, b.open = last.next, last.to == last.next
	}
}

// value decodes a literal scalar (YAML 1.2.2, sections 8.1.1.2 and 8.1.2). A
// body that the end of the text cuts off has no newline to keep.
func (b blockScalar) value() string {
	lines := make([]string, len(b.body))
	for i, l := range b.body {
		lines[i] = l.content
	}
	return strings.Join(lines, "\n") + strings.Repeat("\n", b.newlines())
}

// newlines is how many newlines end the value.
func (b blockScalar) newlines() int {
	breaks := len(b.trailing)
	if len(b.body) > 0 {
		breaks++
	}
	if b.open && breaks > 0 {
		breaks--
	}
	switch {
	case b.chomp == "-", b.chomp == "" && len(b.body) == 0:
		return 0
	case b.chomp == "":
		return min(breaks, 1)
	}
	return breaks
}

// contentEnd is the end of what belongs to the value, without the last break.
func (b blockScalar) contentEnd() int {
	switch {
	case b.chomp == "+" && len(b.trailing) > 0:
		return b.trailing[len(b.trailing)-1].to
	case len(b.body) > 0:
		return b.body[len(b.body)-1].to
	}
	return b.from + 1 + len(b.digit) + len(b.chomp) + len(b.header)
}

// literalChange rewrites only the lines that differ; every other line keeps its
// source. The chomping indicator changes only if the final newlines of the value
// need it, an indentation indicator is added only if the first line needs it.
func (w *work) literalChange(t target, value string) (scalarChange, *problem.Problem) {
	b, ok := w.readBlock(t)
	if !ok {
		return scalarChange{}, problem.Unconfirmed.With("the block scalar there cannot be read exactly")
	}
	tag := t.node.tag
	if !t.node.tagged {
		tag = "!!str"
	}
	next, ok := b.with(w.text, value, t.indent)
	if !ok { // control characters, or an indent that no indicator can say
		source := quoteDouble(value) + b.header
		return scalarChange{patch: patch{b.from, b.quotedEnd(), source}, style: doubleQuoted, tag: tag}, nil
	}
	return scalarChange{patch: patch{b.from, b.to, next}, style: literal, tag: tag}, nil
}

// quotedEnd is where a quoted value that replaces the scalar ends.
func (b blockScalar) quotedEnd() int {
	if len(b.body) > 0 {
		return b.body[len(b.body)-1].to
	}
	return b.from + 1 + len(b.digit) + len(b.chomp) + len(b.header)
}

// with is the whole source of the scalar with another value. above is the
// column that the content stays right of.
func (b blockScalar) with(text []byte, value string, above int) (source string, ok bool) {
	trimmed := strings.TrimRight(value, "\n")
	newlines := len(value) - len(trimmed)
	var lines []string
	if trimmed != "" {
		lines = strings.Split(trimmed, "\n")
	}
	indent := b.indent
	if indent < 0 {
		indent = max(above, 0) + 2
	}
	digit, ok := b.digitFor(lines, indent-max(above, 0))
	if !ok || indent == 0 {
		return "", false
	}
	chomp, trailing, open := b.ending(text, len(lines) > 0, newlines)
	var out strings.Builder
	out.WriteString(string(text[b.from]) + digit + chomp + b.header + b.newline)
	b.writeBody(&out, text, lines, strings.Repeat(" ", indent))
	source = out.String() + trailing
	if open {
		source = strings.TrimSuffix(source, b.newline)
	}
	return source, true
}

// digitFor is the indentation indicator: the one that stands there, or one when
// the first lines begin with a space, which would be taken for indent.
func (b blockScalar) digitFor(lines []string, width int) (digit string, ok bool) {
	for _, line := range lines {
		if !isPrintable(line) {
			return "", false
		}
	}
	if b.digit != "" || len(lines) == 0 {
		return b.digit, true
	}
	for _, line := range lines {
		if strings.HasPrefix(line, " ") {
			return string(rune('0' + width)), width >= 1 && width <= 9
		}
		if line != "" {
			// Readers of YAML 1.1 refuse a tab at the start of the content.
			return "", !strings.HasPrefix(line, "\t") || len(b.body) > 0 && b.body[0].content == line
		}
	}
	return "", true
}

// ending decides the chomping indicator, the blank lines after the body and
// whether the last line stays without a break, for a value that ends with this
// many newlines.
func (b blockScalar) ending(text []byte, hasBody bool, newlines int) (chomp, trailing string, open bool) {
	wanted := len(b.trailing)
	switch {
	case newlines == 0:
		chomp, open = "-", b.open
		if b.chomp == "" && (!hasBody || b.open && wanted == 0) {
			chomp = ""
		}
	case newlines == 1 && hasBody && (b.chomp != "+" || wanted > 0):
		chomp, open = "", b.open && wanted > 0
	case hasBody:
		chomp, wanted = "+", newlines-1
	default:
		chomp, wanted = "+", newlines
	}
	var out strings.Builder
	for i := range wanted {
		if i < len(b.trailing) {
			b.writeKept(&out, text, b.trailing[i])
			continue
		}
		out.WriteString(b.newline)
	}
	return chomp, out.String(), open
}

// writeBody writes the lines; those that start and end the body unchanged keep
// their source, white space on blank lines included.
func (b blockScalar) writeBody(out *strings.Builder, text []byte, lines []string, indent string) {
	same, sameEnd := 0, 0
	limit := min(len(lines), len(b.body))
	for same < limit && lines[same] == b.body[same].content {
		same++
	}
	for sameEnd < limit-same && lines[len(lines)-1-sameEnd] == b.body[len(b.body)-1-sameEnd].content {
		sameEnd++
	}
	for i, line := range lines {
		switch {
		case i < same:
			b.writeKept(out, text, b.body[i])
		case i >= len(lines)-sameEnd:
			b.writeKept(out, text, b.body[len(b.body)-(len(lines)-i)])
		case line == "":
			out.WriteString(b.newline)
		default:
			out.WriteString(indent + line + b.newline)
		}
	}
}

func (b blockScalar) writeKept(out *strings.Builder, text []byte, l blockLine) {
	out.Write(text[l.from:l.to])
	if l.next == l.to {
		out.WriteString(b.newline)
		return
	}
	out.Write(text[l.to:l.next])
}
