package manifest

import (
	"bytes"
	"io"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Document is one piece of a stream, with everything that stands in it: its
// separator line, comments, blank lines. [Join] of all pieces is the input, byte
// for byte, for any input.
//
// A piece need not hold an object: runs of separators and comments, which Helm
// emits, make pieces of their own.
type Document struct {
	// Text aliases the stream that was split, the separator line included.
	Text []byte
	// Number counts the pieces of the stream from 1.
	Number int
	// Line is the first line of the piece in the stream, from 1.
	Line int
	// joined: for kubectl and Helm the piece goes on with the one before.
	joined bool
	// item says where an item of a list stands ([SplitLists]); head is known for it.
	item *listItem
	head *knownHead
	// once is what was parsed, for the next reader ([SplitOnce]).
	once *parsedOnce
}

// Split cuts a stream into documents, for any bytes, valid or not. A piece
// begins at a line "---" (followed by a blank or the line's end) and after a
// line "..."; directives (%YAML) stay with the document that they begin.
//
// A line "---" before a byte order mark (of a file that was put behind it) is a
// piece of its own, since readers skip a mark only where a text begins.
//
// "---" inside a block scalar or a quoted value does not count, since it is
// indented there; at column 0 the parser, too, takes it for a separator.
// An empty stream has no documents.
func Split(stream []byte) []Document {
	docs := make([]Document, 0, 1+bytes.Count(stream, []byte("\n---")))
	odd := oddBreaks(stream)
	start, line := 0, 1
	cut := func(end int) {
		if end == start {
			return
		}
		text := stream[start:end:end]
		docs = append(docs, Document{Text: text, Number: len(docs) + 1, Line: line, joined: start > 0 && !separated(stream, start, end)})
		start, line = end, line+countBreaks(text, odd)
	}
	dashes, dots := nextMarker(stream, 0, "---"), nextMarker(stream, 0, "...")
	for min(dashes, dots) < len(stream) {
		if dots < dashes {
			cut(nextLine(stream, dots))
			dots = nextMarker(stream, start, "...")
			continue
		}
		if !beginsWithDirective(stream[start:dashes]) {
			cut(dashes)
		}
		if mark := markAfter(stream, dashes); mark > 0 && start == dashes {
			cut(mark)
		}
		dashes = nextMarker(stream, dashes+len("---"), "---")
	}
	cut(len(stream))
	return docs
}

// Splice is [Splice] for a document of a stream: lines in problems count in the
// stream.
func (d Document) Splice(edits ...Edit) (Document, error) {
	text, err := Splice(d.Text, edits...)
	if err != nil {
		problems := problem.Of(err)
		for _, p := range problems {
			if p.Line > 0 {
				p.Line += d.Line - 1
			}
		}
		return d, problems.Err()
	}
	d.Text = text
	return d, nil
}

// Write writes the pieces, one after the other.
func Write(w io.Writer, docs []Document) (written int64, err error) {
	for _, d := range docs {
		lead, text := d.inPlace()
		for _, piece := range [][]byte{lead, text} {
			n, err := w.Write(piece)
			written += int64(n)
			if err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

// Join puts the pieces together again, in one allocation of the exact size.
func Join(docs []Document) []byte {
	size := 0
	for _, d := range docs {
		lead, text := d.inPlace()
		size += len(lead) + len(text)
	}
	out := make([]byte, 0, size)
	for _, d := range docs {
		lead, text := d.inPlace()
		out = append(append(out, lead...), text...)
	}
	return out
}

// nextMarker finds the next document marker ("---" or "...") at or after offset
// i: at column 0, followed by a blank, a break or the end. It is len(b) if there
// is none.
func nextMarker(b []byte, i int, marker string) int {
	for i < len(b) {
		found := bytes.Index(b[i:], []byte(marker))
		if found < 0 {
			break
		}
		i += found
		after := i + len(marker)
		if endsWithBreak(b, i) && (after == len(b) || isBlank(b[after]) || breakLen(b, after) > 0) {
			return i
		}
		for i = after; i < len(b) && b[i] == marker[0]; i++ { // a run: "-----BEGIN"
		}
	}
	return len(b)
}

// beginsWithDirective reports whether the first line of b that is neither blank
// nor a comment begins with "%": then a "---" after it belongs to the same
// document (YAML 1.2.2, section 9.1.2). It answers once: a piece that begins
// with a directive and already has its "---" does not begin a second time.
func beginsWithDirective(b []byte) bool {
	i := bytes.IndexByte(b, '%')
	if i < 0 || !endsWithBreak(b, i) || nextMarker(b, 0, "---") < len(b) {
		return false
	}
	return onlyComments(b[:i])
}

// onlyComments reports whether b holds nothing but blank lines, comments and a
// byte order mark.
func onlyComments(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte(bom))
	for i := 0; i < len(b); {
		switch {
		case isBlank(b[i]):
			i++
		case b[i] == '#':
			i = nextLine(b, i)
		case breakLen(b, i) > 0:
			i += breakLen(b, i)
		default:
			return false
		}
	}
	return true
}

// isBlank reports whether c is white space inside a line.
func isBlank(c byte) bool { return c == ' ' || c == '\t' }
