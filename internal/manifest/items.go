package manifest

import (
	"bytes"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Items are values that stand inside one document (the items of a list), each
// with the bytes that it has when it stands alone. [Items.Stream] makes a stream
// of them, and [Items.Join] puts a stream back:
//
//	items:                      ---
//	- kind: A                   kind: A
//	  data: {}          <->     data: {}
//	- kind: B                   ---
//	                            kind: B
//
// Working on the stream costs what its documents cost, other than edits of one
// large document, each of which parses it whole.
type Items struct {
	text []byte // of the document
	cuts []cut
}

// cut is one value: where it stands, and how it stands alone.
type cut struct {
	from, to int
	flow     bool   // in brackets
	indent   int    // blanks that its lines have lost; 0 for brackets
	alone    []byte // with a final newline, if it is in brackets or was on a line that has one
}

// CutItems finds the items of the sequence at p. A nil or empty sequence has none.
// What is no mapping or sequence, or carries an anchor or a tag, is an error.
func CutItems(text []byte, root *Node, p Path) (Items, error) {
	w := &work{text: text, root: root}
	t, err := w.find(p)
	if err != nil {
		return Items{}, err
	}
	items := Items{text: text}
	if t.missing != nil || t.node.IsNull() {
		return items, nil
	}
	if t.node.kind != Sequence {
		return items, problem.NotASequence.With(t.node.kind).On(p.String()).At(t.node.line, t.node.column)
	}
	for slot := range t.node.content {
		c, err := w.cut(w.child(t, slot))
		if err != nil {
			return Items{}, err.On(p.With(slot).String())
		}
		items.cuts = append(items.cuts, c)
	}
	return items, nil
}

// CutOut is the text of one value as it would stand alone.
func CutOut(text []byte, root *Node, p Path) ([]byte, error) {
	w := &work{text: text, root: root}
	t, err := w.find(p)
	if err == nil && t.missing != nil {
		err = t.absent()
	}
	if err != nil {
		return nil, err
	}
	c, err := w.cut(t)
	if err != nil {
		return nil, err.On(p.String())
	}
	return c.alone, nil
}

// cut gives a collection the bytes that it has alone.
func (w *work) cut(t target) (cut, *problem.Problem) {
	n := t.node
	c := cut{from: n.offset, to: w.end(t), flow: n.style == flow}
	if c.to < 0 || n.alias != nil || n.kind == Scalar || n.tagged || n.anchor != "" {
		return c, problem.NoCut.With().At(n.line, n.column)
	}
	if !c.flow {
		start := lineStart(w.text, n.offset)
		c.indent = n.offset - start
		if !isAllSpace(bytes.Replace(w.text[start:n.offset], []byte("-"), nil, 1)) {
			return c, problem.NoCut.With().At(n.line, n.column)
		}
		c.to = nextLine(w.text, c.to)
		if oddBreaks(w.text[c.from:c.to]) {
			return c, problem.NoCut.With().At(n.line, n.column)
		}
	}
	c.alone = withoutIndent(w.text[c.from:c.to], c.indent)
	if c.flow {
		c.alone = append(c.alone, '\n')
	}
	return c, nil
}

// Len is the number of items.
func (i Items) Len() int { return len(i.cuts) }

// Alone is an item's text as a document; it aliases nothing.
func (i Items) Alone(n int) []byte { return i.cuts[n].alone }

// Separator begins every document of [Items.Stream].
const Separator = "---\n"

// Stream gives the items as documents, each after a [Separator].
func (i Items) Stream() []byte {
	var out bytes.Buffer
	for _, c := range i.cuts {
		out.WriteString(Separator)
		out.Write(c.alone)
	}
	return out.Bytes()
}

// Join gives the whole document with the items as they stand in changed, by
// their number; the bytes of the others, and of everything else, are as they were.
func (i Items) Join(changed map[int][]byte) []byte {
	var out bytes.Buffer
	at := 0
	for n, c := range i.cuts {
		text, edited := changed[n]
		if !edited || bytes.Equal(text, c.alone) {
			continue
		}
		out.Write(i.text[at:c.from])
		text = withIndent(text, c.indent)
		if c.flow {
			text = bytes.TrimSuffix(text, []byte("\n")) // the break that cut added
		}
		out.Write(text)
		at = c.to
	}
	out.Write(i.text[at:])
	return out.Bytes()
}

// withoutIndent takes n blanks from every line but the first, or as many as a
// line has: less stand before blank lines, comments, and the continued lines of
// quoted text, where blanks mean nothing.
func withoutIndent(text []byte, n int) []byte {
	out := make([]byte, 0, len(text))
	for at := 0; at < len(text); {
		end := lineFeed(text, at) // callers have refused other breaks
		from := at
		for at > 0 && from < end && from-at < n && text[from] == ' ' {
			from++
		}
		out = append(out, text[from:end]...)
		at = end
	}
	return out
}

// withIndent puts n blanks before every line but the first and empty ones.
func withIndent(text []byte, n int) []byte {
	out := make([]byte, 0, len(text)+len(text)/8)
	for at := 0; at < len(text); {
		end := nextLine(text, at)
		if at > 0 && breakLen(text, at) == 0 {
			for range n {
				out = append(out, ' ')
			}
		}
		out = append(out, text[at:end]...)
		at = end
	}
	return out
}
