package manifest

import "github.com/l5d-pki/l5d-pki-render/pkg/problem"

// target is where a path leads.
type target struct {
	node   *Node // the field, or the last value on the way to it
	parent *Node // of node; nil for the root
	slot   int   // of node in parent.content
	inFlow bool  // node stands inside brackets
	indent int   // column (from 0) that block content of node stays right of

	missing Path // what of the path does not exist below node
	whole   Path
}

// find follows a path for an edit. It refuses aliases, values that an alias
// repeats elsewhere, and keys that stand twice: what an edit does there depends
// on the reader.
func (w *work) find(p Path) (target, *problem.Problem) {
	t := target{node: w.root, indent: -1, whole: p}
	if w.root == nil {
		return t, problem.NoField.With("the document is empty").At(1, 1)
	}
	for i, step := range p {
		if w.isRepeated(t.node) {
			return t, problem.Repeated.With(t.node.anchor).At(t.node.line, t.node.column)
		}
		slot, p := t.node.slotOf(step)
		if p != nil {
			return t, p
		}
		if slot < 0 {
			t.missing = t.whole[i:]
			return t, nil
		}
		t = w.child(t, slot)
		if t.node.alias != nil {
			return t, problem.ThroughAlias.With(t.node.aliasName).At(t.node.line, t.node.column)
		}
	}
	if w.isRepeated(t.node) {
		return t, problem.Repeated.With(t.node.anchor).At(t.node.line, t.node.column)
	}
	return t, nil
}

// child is the target of the value in a slot of t's node.
func (w *work) child(t target, slot int) target {
	n := t.node
	c := target{node: n.content[slot], parent: n, slot: slot, inFlow: t.inFlow || n.style == flow, whole: t.whole}
	c.indent = w.indentBelow(n, slot, t.indent)
	return c
}

// indentBelow is the column (from 0) of the key or dash that a slot of n hangs on.
func (w *work) indentBelow(n *Node, slot, above int) int {
	switch {
	case n.style == flow:
		return above
	case n.kind == Mapping:
		return n.content[slot&^1].column - 1
	}
	return w.startColumn(n)
}

// slotOf finds the place of a step's value in the content of n; -1 if missing.
func (n *Node) slotOf(step Step) (int, *problem.Problem) {
	if step.isIndex {
		if n.kind != Sequence || step.index < 0 || step.index >= len(n.content) {
			return -1, nil
		}
		return step.index, nil
	}
	slot := -1
	if n.kind != Mapping {
		return slot, nil
	}
	for i := 0; i < len(n.content); i += 2 {
		if k := n.content[i]; k.Kind() == Scalar && k.Value() == step.key {
			if slot >= 0 {
				return -1, problem.KeyTwice.With(step.key, n.content[slot-1].line, k.line).At(k.line, k.column)
			}
			slot = i + 1
		}
	}
	if merged := n.merged(step.key); slot < 0 && merged != nil {
		return -1, problem.MergedKey.With(step.key, merged.line).At(n.line, n.column)
	}
	return slot, nil
}

// isRepeated reports whether an alias somewhere stands for n.
func (w *work) isRepeated(n *Node) bool {
	return n.anchor != "" && w.root.holdsAliasOf(n)
}

func (n *Node) holdsAliasOf(wanted *Node) bool {
	if n.alias == wanted {
		return true
	}
	for _, child := range n.content {
		if child.holdsAliasOf(wanted) {
			return true
		}
	}
	return false
}

// absent is the problem of a path that leads nowhere.
func (t target) absent() *problem.Problem {
	why := "the " + t.node.kind.String() + " there has no " + Path(t.missing[:1]).String()
	return problem.NoField.With(why).At(t.node.line, t.node.column)
}
