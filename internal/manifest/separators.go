package manifest

import (
	"bytes"
	"encoding/base64"
)

// Separated reports whether every reader begins an object where d begins: d is
// the first piece of its stream, or kubectl and Helm see a line "---" there as
// well. They see none after "..." alone, and lines end for them with LF only: not
// with CR, NEL, LS or PS.
func (d Document) Separated() bool { return !d.joined }

// separated reports whether a line "---" that every reader sees stands in the
// piece from start to end, or right before it.
func separated(stream []byte, start, end int) bool {
	if before := lastLine(stream[:start]); isSeparator(stream, before) && markAfter(stream, before) == start {
		return true
	}
	for i := start; i < end; i += len("---") {
		if i = nextMarker(stream, i, "---"); i < end && isSeparator(stream, i) {
			return true
		}
	}
	return false
}

// isSeparator reports whether at i begins a line "---" for kubectl and Helm too.
func isSeparator(b []byte, i int) bool {
	if nextMarker(b, i, "---") != i || i > 0 && b[i-1] != '\n' && (i != len(bom) || !bytes.HasPrefix(b, []byte(bom))) {
		return false
	}
	line, _, _ := bytes.Cut(b[i:], []byte("\n"))
	return !oddBreaks(append(line[:len(line):len(line)], '\n'))
}

// lastLine is where the last line of b begins, its LF included.
func lastLine(b []byte) int { return bytes.LastIndexByte(bytes.TrimSuffix(b, []byte("\n")), '\n') + 1 }

// markAfter is the offset of a byte order mark that begins the line after the
// bare line "---" at i; 0 if there is none. Before another marker or a directive
// it does not count: for kubectl an empty document then ends there.
func markAfter(b []byte, i int) int {
	line, rest, ended := bytes.Cut(b[i:], []byte("\n"))
	text, marked := bytes.CutPrefix(rest, []byte(bom))
	if !ended || !marked || !bytes.HasPrefix(line, []byte("---")) || !isEmptyLine(line[len("---"):]) {
		return 0
	}
	if len(text) > 0 && bytes.IndexByte([]byte("-.%"), text[0]) >= 0 {
		return 0
	}
	return i + len(line) + 1
}

// WithoutMarks is the document without the byte order marks that stand behind its
// first byte, and whether it has any. Readers differ: kubectl and Helm skip a mark
// at the beginning of any line, the parser of [Parse] takes it for text.
func (d Document) WithoutMarks() (Document, bool) {
	head := d.Text[:min(len(d.Text), len(bom))]
	if !bytes.Equal(head, []byte(bom)) {
		head = nil
	}
	rest := d.Text[len(head):]
	if !bytes.Contains(rest, []byte(bom)) {
		return d, false
	}
	d.Text = append(bytes.Clone(head), bytes.ReplaceAll(rest, []byte(bom), nil)...)
	return d, true
}

// Decoded is a scalar's value as kubectl and Helm read it: a !!binary one is text
// in base64 for them.
func (n *Node) Decoded() string {
	if n.Tag() != "!!binary" {
		return n.Value()
	}
	text, err := base64.StdEncoding.DecodeString(n.Value())
	if err != nil {
		return n.Value() // no reader takes it
	}
	return string(text)
}

// Binary is the first key or scalar with the tag !!binary; nil if there is none.
func (n *Node) Binary() *Node {
	if n == nil || n.alias != nil {
		return nil
	}
	if n.kind == Scalar && n.tag == "!!binary" {
		return n
	}
	for _, child := range n.content {
		if found := child.Binary(); found != nil {
			return found
		}
	}
	return nil
}
