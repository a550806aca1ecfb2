package manifest

// sameTree compares the intended tree with the one that was read back: kinds,
// styles, tags, values, anchors, aliases and order.
func sameTree(want, got *Node) bool {
	if want == nil || got == nil {
		return want == got
	}
	return comparison{}.same(want, got)
}

// comparison holds the counterparts of the anchored nodes so far.
type comparison map[*Node]*Node

func (c comparison) same(want, got *Node) bool {
	if want.alias != nil || got.alias != nil {
		// An anchor stands before its aliases, so its counterpart is known.
		return want.alias != nil && got.alias != nil && want.aliasName == got.aliasName &&
			c[want.alias] == got.alias
	}
	if want.kind != got.kind || want.style != got.style || want.tag != got.tag ||
		want.tagged != got.tagged || want.value != got.value || want.anchor != got.anchor ||
		len(want.content) != len(got.content) {
		return false
	}
	if want.anchor != "" {
		c[want] = got
	}
	for i := range want.content {
		if !c.same(want.content[i], got.content[i]) {
			return false
		}
	}
	return true
}
