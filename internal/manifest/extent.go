package manifest

// contentStart is the offset at which a node's own text begins, behind its tag
// and anchor. For an empty value it is the end of these.
func (w *work) contentStart(n *Node) int {
	i := n.offset
	for properties := 0; i < len(w.text) && properties < 2; properties++ {
		if !(w.text[i] == '&' && n.anchor != "" || w.text[i] == '!' && n.tagged) {
			break
		}
		for i < len(w.text) && !isBlank(w.text[i]) && breakLen(w.text, i) == 0 && !w.endsProperty(i) {
			i++
		}
		next := skipSpace(w.text, i)
		if n.kind == Scalar && n.style == plain && n.value == "" && !w.isProperty(next, n) {
			break
		}
		i = next
	}
	return i
}

// endsProperty reports whether a flow indicator ends a tag or an anchor at i.
func (w *work) endsProperty(i int) bool {
	c := w.text[i]
	return c == ',' || c == ']' || c == '}'
}

func (w *work) isProperty(i int, n *Node) bool {
	return i < len(w.text) && (w.text[i] == '&' && n.anchor != "" || w.text[i] == '!' && n.tagged)
}

// skipSpace is the offset of the first byte at or after i that is no blank, no
// break and not in a comment.
func skipSpace(text []byte, i int) int {
	for i < len(text) {
		switch {
		case isBlank(text[i]):
			i++
		case breakLen(text, i) > 0:
			i += breakLen(text, i)
		case text[i] == '#' && (i == 0 || isBlank(text[i-1]) || endsWithBreak(text, i)):
			i = nextLine(text, i)
		default:
			return i
		}
	}
	return i
}

// end is the offset behind a value; of a block scalar behind its last line,
// without the break. It is -1 when the text does not show it.
func (w *work) end(t target) int {
	n := t.node
	switch {
	case n.alias != nil:
		return n.offset + len("*") + len(n.aliasName)
	case n.kind != Scalar && n.style == flow:
		return w.flowEnd(t)
	case n.kind != Scalar:
		return w.blockEnd(t)
	case n.style == literal, n.style == folded:
		b, ok := w.readBlock(t)
		if !ok {
			return -1
		}
		return b.contentEnd()
	}
	s, ok := readFlowScalar(w.text, w.contentStart(n), n.style, n.value)
	if !ok {
		return -1
	}
	return s.to
}

// blockEnd is the end of a collection by indentation: that of its last value.
func (w *work) blockEnd(t target) int {
	last := len(t.node.content) - 1
	if last < 0 {
		return -1
	}
	return w.end(w.child(t, last))
}

// flowEnd is the offset behind the closing bracket.
func (w *work) flowEnd(t target) int {
	start := w.contentStart(t.node)
	i := start + 1
	for slot := range t.node.content {
		end := w.end(w.child(t, slot))
		if end < 0 {
			return -1
		}
		i = end
	}
	for i = skipSpace(w.text, i); i < len(w.text) && (w.text[i] == ',' || w.text[i] == ':'); {
		i = skipSpace(w.text, i+1)
	}
	if i >= len(w.text) || w.text[i] != w.text[start]+2 { // [ ] and { } are two apart
		return -1
	}
	return i + 1
}

// startColumn is the column (from 0) of the keys or dashes of a block collection.
func (w *work) startColumn(n *Node) int {
	return columnOf(w.text, w.contentStart(n))
}
