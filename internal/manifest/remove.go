package manifest

import (
	"bytes"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// remove takes an entry or an item out, with its own lines. Comments on lines of
// their own stay; one behind the value goes with it.
func (w *work) remove(t target) *problem.Problem {
	switch {
	case t.missing != nil:
		return t.absent()
	case t.parent == nil:
		return problem.NoPlace.With("it is the whole document").At(t.node.line, t.node.column)
	}
	width := t.parent.width()
	first := t.slot - t.slot%width
	from, end := w.entryStart(t, first), w.end(t)
	if from < 0 || end < 0 {
		return problem.NoPlace.With("the bounds of the value are unclear").At(t.node.line, t.node.column)
	}
	if len(t.parent.content) == width {
		return w.empty(t, from, end)
	}
	var p *problem.Problem
	if t.parent.style == flow {
		p = w.removeInFlow(t, first, from, end)
	} else {
		p = w.removeLines(t, first, from, end)
	}
	if p == nil {
		t.parent.content = slices.Delete(t.parent.content, first, first+width)
	}
	return p
}

// entryStart is the offset of a key or a dash (in brackets: of the item itself).
func (w *work) entryStart(t target, slot int) int {
	if t.parent.kind == Sequence && t.parent.style == block {
		return w.dashBefore(target{node: t.parent.content[slot], parent: t.parent, slot: slot, inFlow: t.inFlow})
	}
	return t.parent.content[slot].offset
}

// removeLines takes out whole lines, or moves the next entry up when the first
// one shares its line with a dash.
func (w *work) removeLines(t target, first, from, end int) *problem.Problem {
	if start := lineStart(w.text, from); isAllSpace(w.text[start:from]) {
		w.patch(start, nextLine(w.text, end), "")
		return nil
	}
	width := t.parent.width()
	next := -1
	if first+width < len(t.parent.content) {
		next = w.entryStart(t, first+width)
	}
	if next < 0 || !isAllSpace(w.text[end:next]) {
		return problem.NoPlace.With("a comment stands between it and the next entry").At(t.node.line, t.node.column)
	}
	w.patch(from, next, "")
	return nil
}

// removeInFlow takes out an entry and one comma.
func (w *work) removeInFlow(t target, first, from, end int) *problem.Problem {
	width := t.parent.width()
	var gap []byte
	if first+width < len(t.parent.content) {
		next := t.parent.content[first+width].offset
		gap = w.text[end:next]
		w.patch(from, next, "")
	} else {
		before := w.end(w.child(target{node: t.parent, indent: t.indent, inFlow: t.inFlow}, first-1))
		if before < 0 {
			return problem.NoPlace.With("the bounds of the value are unclear").At(t.node.line, t.node.column)
		}
		gap = w.text[before:from]
		w.patch(before, end, "")
	}
	if !isAllSpace(bytes.Replace(gap, []byte(","), nil, 1)) {
		return problem.NoPlace.With("a comment stands beside it").At(t.node.line, t.node.column)
	}
	return nil
}

// empty takes out the only entry: {} or [] stays.
func (w *work) empty(t target, from, end int) *problem.Problem {
	n := t.parent
	brackets := map[Kind]string{Mapping: "{}", Sequence: "[]"}[n.kind]
	if n.style == flow {
		w.patch(from, end, "")
		n.content = nil
		return nil
	}
	above, p := w.find(t.whole[:len(t.whole)-1])
	if p != nil {
		return p
	}
	if above.parent != nil && n.anchor == "" && !n.tagged {
		hollow := &Node{kind: n.kind, style: flow, tag: n.tag}
		return w.replace(above, fragment{node: hollow, head: brackets})
	}
	w.patch(from, end, brackets)
	n.content, n.style = nil, flow
	return nil
}
