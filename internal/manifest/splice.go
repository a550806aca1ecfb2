package manifest

import (
	"bytes"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Splice applies edits, in order, to the text of one document and gives the new
// text. Separator line, comments, directives and every other byte stay.
//
// The result is parsed and compared with the intended document as a whole: same
// kinds, tags, values, styles, anchors and order, and only the named fields
// differ. If it cannot be done, the error names the field, the line and why, and
// there is no result. A document in which any key is set twice is refused.
// Without edits, or when every value already stands there,
// the result is text itself.
func Splice(text []byte, edits ...Edit) ([]byte, error) {
	if len(edits) == 0 {
		return text, nil
	}
	w, err := newWork(text)
	if err != nil {
		return nil, err
	}
	for _, e := range edits {
		if p := w.apply(e); p != nil {
			if p.Path == "" {
				p.On(e.path.String())
			}
			return nil, p
		}
	}
	if p := w.flush(); p != nil {
		return nil, p
	}
	return w.text, nil
}

// patch replaces the bytes [from, to) of a text.
type patch struct {
	from, to int
	text     string
}

// work is a document while it is edited. The tree is always what the text will
// read as when the patches are in: the intention, which flush proves.
//
// Edits of scalars that stand in the text gather, since none moves another's
// place in the tree; all others are proved one by one.
type work struct {
	text    []byte
	root    *Node
	patches []patch
	waiting []waiting // the edits that the patches make
	changed map[*Node]bool
}

// waiting is an edit whose result is not proved yet, and where its field stood.
type waiting struct {
	edit         Edit
	line, column int
}

func newWork(text []byte) (*work, error) {
	root, err := parse(text, 0)
	if err != nil {
		return nil, err
	}
	if p := root.Doubled(); p != nil {
		return nil, p
	}
	return &work{text: text, root: root, changed: map[*Node]bool{}}, nil
}

func (w *work) apply(e Edit) *problem.Problem {
	t, p := w.find(e.path)
	if p != nil {
		return p
	}
	inPlace := e.isScalar() && t.missing == nil
	if inPlace && !w.changed[t.node] {
		return w.set(t, e)
	}
	if p = w.flush(); p != nil {
		return p
	}
	if t, p = w.find(e.path); p != nil {
		return p
	}
	if inPlace {
		return w.set(t, e)
	}
	w.waiting = []waiting{{e, t.node.line, t.node.column}}
	if p := w.restructure(t, e); p != nil {
		return p
	}
	return w.flush()
}

// restructure makes an edit that changes more than one scalar's text.
func (w *work) restructure(t target, e Edit) *problem.Problem {
	switch e.verb {
	case set:
		return t.absent()
	case put:
		return w.add(t, stringFragment(e.value, w.place(t)))
	case remove:
		return w.remove(t)
	case insert, appendItem: // both bring a fragment
	}
	f, p := newFragment(e.yaml)
	switch {
	case p != nil:
		return p
	case e.verb == appendItem:
		return w.appendTo(t, f)
	case t.missing != nil:
		return w.add(t, f)
	}
	return w.replace(t, f)
}

// set gives an existing scalar a value.
func (w *work) set(t target, e Edit) *problem.Problem {
	n := t.node
	if n.kind != Scalar {
		if e.verb == put && n.kind == Mapping && len(n.content) == 0 {
			return problem.NotAScalar.With("an empty mapping").At(n.line, n.column)
		}
		return problem.NotAScalar.With("a "+n.kind.String()).At(n.line, n.column)
	}
	if n.value == e.value && !n.IsNull() {
		return nil
	}
	change, p := w.scalarChange(t, e.value)
	if p != nil {
		return p.At(n.line, n.column)
	}
	w.patches = append(w.patches, change.patch)
	w.waiting = append(w.waiting, waiting{e, n.line, n.column})
	w.changed[n] = true
	n.value, n.tag, n.style = e.value, change.tag, change.style
	return nil
}

// flush puts the patches into the text and proves that it reads as intended.
func (w *work) flush() *problem.Problem {
	if len(w.patches) == 0 {
		return nil
	}
	next := spliced(w.text, w.patches)
	root, p := parse(next, 0)
	if p != nil {
		return w.unconfirmed("the result would not be valid YAML").Because(p)
	}
	if !sameTree(w.root, root) {
		return w.unconfirmed("the result would read differently")
	}
	w.text, w.root, w.patches, w.waiting = next, root, nil, nil
	clear(w.changed)
	return nil
}

// unconfirmed names the edit that fails by itself, or else the first.
func (w *work) unconfirmed(why string) *problem.Problem {
	culprit := w.waiting[0]
	for _, one := range w.waiting {
		if len(w.waiting) == 1 {
			break
		}
		if _, err := Splice(w.text, one.edit); err != nil {
			culprit = one
			break
		}
	}
	return problem.Unconfirmed.With(why).On(culprit.edit.path.String()).At(culprit.line, culprit.column)
}

// spliced is text with the patches, which do not overlap, put in.
func spliced(text []byte, patches []patch) []byte {
	patches = slices.Clone(patches)
	order.By(patches, func(a, b patch) int { return a.from - b.from })
	size := len(text)
	for _, p := range patches {
		size += len(p.text) - (p.to - p.from)
	}
	var out bytes.Buffer
	out.Grow(size)
	at := 0
	for _, p := range patches {
		out.Write(text[at:p.from])
		out.WriteString(p.text)
		at = p.to
	}
	out.Write(text[at:])
	return out.Bytes()
}

func (e Edit) isScalar() bool { return e.verb == set || e.verb == put }
