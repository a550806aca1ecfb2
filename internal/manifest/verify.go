package manifest

// sameTree compares the intended tree with the one that was read back: kinds,
// styles, tags, values, anchors, aliases and order. line is where they part.
func sameTree(want, got *Node) (line int, same bool) {
	if want == nil || got == nil {
		return 0, want == got
	}
	c := comparison{counterpart: map[*Node]*Node{}}
	return c.line, c.same(want, got)
}

type comparison struct {
	counterpart map[*Node]*Node // anchored nodes
	line        int
}

func (c *comparison) same(want, got *Node) bool {
	if want.alias != nil || got.alias != nil {
		// An anchor stands before its aliases, so its counterpart is known.
		return want.alias != nil && got.alias != nil && want.aliasName == got.aliasName &&
			c.counterpart[want.alias] == got.alias
	}
	if want.kind != got.kind || want.style != got.style || want.tag != got.tag ||
		want.tagged != got.tagged || want.value != got.value || want.anchor != got.anchor ||
		len(want.content) != len(got.content) {
		c.line = got.line
		return false
	}
	if want.anchor != "" {
		c.counterpart[want] = got
	}
	for i := range want.content {
		if !c.same(want.content[i], got.content[i]) {
			return false
		}
	}
	return true
}
