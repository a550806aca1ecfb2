package manifest

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

func (w *work) patch(from, to int, text string) {
	w.patches = append(w.patches, patch{from, to, text})
}

// block writes lines at an indent, each with the line break in use at offset i.
func (w *work) block(i int, indent int, lines []string) string {
	newline := newlineAt(w.text, i)
	var b strings.Builder
	for _, line := range lines {
		if line != "" {
			b.WriteString(strings.Repeat(" ", indent) + line)
		}
		b.WriteString(newline)
	}
	return b.String()
}

// insertLines puts whole lines behind the line in which i stands. Behind a last
// line without a break they get one before them instead of one after.
func (w *work) insertLines(i, indent int, lines []string) {
	text := w.block(i, indent, lines)
	end := lineEnd(w.text, i)
	if end < len(w.text) {
		end += breakLen(w.text, end)
		w.patch(end, end, text)
		return
	}
	newline := newlineAt(w.text, i)
	w.patch(end, end, newline+strings.TrimSuffix(text, newline))
}

// add adds what is missing of a path, with f as the value of its last key.
func (w *work) add(t target, f fragment) *problem.Problem {
	n := t.node
	if n.kind == Sequence || n.kind == Scalar && !n.IsNull() {
		return t.absent()
	}
	where := w.place(t)
	if where != inBlock && (f.head == "" || len(f.lines) > 0) {
		return problem.NoPlace.With("block style cannot stand inside brackets").At(n.line, n.column)
	}
	for i, step := range slices.Backward(t.missing) {
		switch {
		case step.isIndex:
			return t.absent()
		case where != inBlock && i < len(t.missing)-1:
			f.head = "{" + f.head + "}"
		}
		f = f.under(step.key, where)
	}
	switch {
	case n.kind == Scalar && where != inBlock:
		f.head = "{" + f.head + "}"
		return w.fill(t, f)
	case n.kind == Scalar, len(n.content) == 0 && where == inBlock:
		return w.fill(t, f)
	case n.style == flow:
		return w.addInFlow(t, f)
	}
	end := w.end(t)
	if end < 0 {
		return problem.NoPlace.With("the end of the mapping is unclear").At(n.line, n.column)
	}
	w.insertLines(end, w.startColumn(n), f.lines)
	n.content = append(n.content, f.node.content...)
	return nil
}

// place is how a new entry or item of t's node must be written: an empty
// collection outside brackets becomes a block.
func (w *work) place(t target) place {
	n := t.node
	switch {
	case !t.inFlow && (n.style != flow || len(n.content) == 0 && t.parent != nil):
		return inBlock
	case w.root.kind == Mapping && w.root.style == flow && len(w.root.content) > 0 && w.root.content[0].style == doubleQuoted,
		n.kind == Mapping && len(n.content) > 0 && n.content[0].style == doubleQuoted:
		return inJSON
	}
	return inFlow
}

// fill gives a key that has none, a null or an empty collection a value.
func (w *work) fill(t target, f fragment) *problem.Problem {
	if t.parent == nil || t.node.anchor != "" || t.node.tagged {
		return problem.NoPlace.With("an anchor, a tag or nothing stands there").At(t.node.line, t.node.column)
	}
	return w.replace(t, f)
}

// replace puts f where the value of a key or an item stands.
func (w *work) replace(t target, f fragment) *problem.Problem {
	n := t.node
	if t.parent == nil {
		return problem.NoPlace.With("it is the whole document").At(n.line, n.column)
	}
	start, end, mark := n.offset, w.end(t), w.markEnd(t)
	if end < 0 || mark < 0 || mark > start {
		return problem.NoPlace.With("the bounds of the value are unclear").At(n.line, n.column)
	}
	behindMark := f.head != "" || t.parent.kind == Sequence
	sameLine := lineEnd(w.text, mark) >= start
	newline := newlineAt(w.text, mark)
	switch {
	case t.inFlow && (!f.isInline() || len(f.lines) > 0):
		return problem.NoPlace.With("block style cannot stand inside brackets").At(n.line, n.column)
	case behindMark && !isAllSpace(w.text[mark:start]):
		return problem.NoPlace.With("a comment stands before the value").At(n.line, n.column)
	case behindMark:
		w.patch(mark, end, " "+w.hung(t, f))
	case sameLine:
		w.patch(mark, end, "")
		w.insertLines(end, w.indentFor(t, f), f.lines)
	default:
		from := lineStart(w.text, start)
		w.patch(from, end, strings.TrimSuffix(w.block(mark, w.indentFor(t, f), f.lines), newline))
	}
	t.parent.content[t.slot] = f.node
	return nil
}

// hung is the text of a value that begins on the line of its key or dash.
func (w *work) hung(t target, f fragment) string {
	at, newline := t.node.offset, newlineAt(w.text, t.node.offset)
	indent := max(t.indent, 0)
	var text string
	switch {
	case f.head == "":
		text = strings.TrimLeft(w.block(at, indent+2, f.lines), " ")
	case f.hangs():
		text = f.head + newline + w.block(at, indent, f.lines)
	default:
		text = f.head + newline + w.block(at, indent+2, f.lines)
	}
	return strings.TrimSuffix(text, newline)
}

// indentFor is the column for the lines of a block collection below t's key or
// dash: sequences stand under the key itself, as Kubernetes writes them.
func (w *work) indentFor(t target, f fragment) int {
	if f.node.kind == Sequence && t.parent.kind == Mapping {
		return t.indent
	}
	return t.indent + 2
}

// markEnd is the offset behind the ":" or "-" that the value hangs on; -1 when
// there is none.
func (w *work) markEnd(t target) int {
	if t.parent.kind == Mapping {
		end := w.end(w.child(target{node: t.parent, indent: t.indent, inFlow: t.inFlow}, t.slot-1))
		if end < 0 {
			return -1
		}
		return w.after(end, ':')
	}
	dash := w.dashBefore(t)
	if dash < 0 {
		return -1
	}
	return dash + 1
}

// after is the offset behind mark, which must be the next thing after i; else -1.
func (w *work) after(i int, mark byte) int {
	if i = skipSpace(w.text, i); i < len(w.text) && w.text[i] == mark {
		return i + 1
	}
	return -1
}

// dashBefore is the offset of the dash of a block sequence's item; -1 in flow.
func (w *work) dashBefore(t target) int {
	seq := target{node: t.parent, inFlow: t.inFlow}
	if t.parent.style == flow {
		return -1
	}
	from := w.contentStart(t.parent)
	if t.slot > 0 {
		if from = w.end(w.child(seq, t.slot-1)); from < 0 {
			return -1
		}
	}
	return w.after(from, '-') - 1
}

// appendTo adds an item at the end of a sequence.
func (w *work) appendTo(t target, f fragment) *problem.Problem {
	n := t.node
	item := f.asItem()
	switch {
	case t.missing != nil && w.place(t) == inBlock:
		return w.add(t, item)
	case t.missing != nil:
		return t.absent()
	case n.IsNull() && !t.inFlow, n.kind == Sequence && len(n.content) == 0 && w.place(t) == inBlock:
		return w.fill(t, item)
	case n.kind != Sequence:
		return problem.NotASequence.With(n.kind).At(n.line, n.column)
	case n.style == flow:
		item.head, item.lines = f.head, f.lines
		return w.addInFlow(t, item)
	}
	end := w.end(t)
	if end < 0 {
		return problem.NoPlace.With("the end of the sequence is unclear").At(n.line, n.column)
	}
	w.insertLines(end, w.startColumn(n), item.lines)
	n.content = append(n.content, item.node.content...)
	return nil
}

// addInFlow adds the entry or item that f's collection holds, inside brackets:
// on a line of its own when the last one stands so, else behind it.
func (w *work) addInFlow(t target, f fragment) *problem.Problem {
	n := t.node
	if f.head == "" || len(f.lines) > 0 {
		return problem.NoPlace.With("block style cannot stand inside brackets").At(n.line, n.column)
	}
	at, separator := w.contentStart(n)+1, ""
	if last := len(n.content) - 1; last >= 0 {
		if at = w.end(w.child(t, last)); at < 0 {
			return problem.NoPlace.With("the end of the last item is unclear").At(n.line, n.column)
		}
		separator = w.flowSeparator(n.content[last-last%n.width()])
	}
	w.patch(at, at, separator+f.head)
	n.content = append(n.content, f.node.content...)
	return nil
}

// flowSeparator is what stands between the last item and the next.
func (w *work) flowSeparator(last *Node) string {
	start := lineStart(w.text, last.offset)
	if before := w.text[start:last.offset]; isAllSpace(before) {
		return "," + newlineAt(w.text, start) + string(before)
	}
	return ", "
}

// width is the number of nodes in content per entry or item.
func (n *Node) width() int {
	if n.kind == Mapping {
		return 2
	}
	return 1
}

func isAllSpace(b []byte) bool { return len(strings.TrimSpace(string(b))) == 0 }
