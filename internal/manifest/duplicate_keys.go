package manifest

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Doubled reports the first key of the tree that is set twice in one mapping;
// nil if there is none. Readers of YAML differ in which of two values they take
// (kubectl and Helm the last, [Node.Get] the first), so an edit of such a
// document may be without effect.
//
// Keys are compared as Kubernetes sees them, after YAML became JSON: "data",
// !!str data and d\x61ta are one key, and so are 1 and "1". A key that stands
// before a merge key (<<) which brings it too counts as set twice: YAML 1.1
// readers differ there.
func (n *Node) Doubled() *problem.Problem {
	if n == nil || n.alias != nil {
		return nil // what an alias stands for is checked where it is written
	}
	if p := n.DoubledHere(); p != nil {
		return p
	}
	for _, child := range n.content {
		if p := child.Doubled(); p != nil {
			return p
		}
	}
	return nil
}

// DoubledHere is [Node.Doubled] for the keys of one mapping only.
func (n *Node) DoubledHere() *problem.Problem {
	first := make(map[string]*Node, n.Len())
	for k, v := range n.Pairs() {
		if k.Kind() != Scalar {
			continue
		}
		name := k.keyName()
		if before := first[name]; before != nil {
			return problem.KeyTwice.With(name, before.line, k.line).At(k.line, k.column)
		}
		first[name] = k
		if !k.isMerge() {
			continue
		}
		for merged := range mergedPairs(v) {
			if before := first[merged.keyName()]; before != nil && !before.isMerge() {
				return problem.KeyTwice.With(merged.keyName(), before.line, k.line).At(k.line, k.column)
			}
		}
	}
	return nil
}

// All are the values that a reader might find under a key, in order: each of a
// key that is set twice, and those that merge keys bring.
func (n *Node) All(key string) []*Node {
	var all []*Node
	for k, v := range n.Pairs() {
		switch {
		case k.Kind() != Scalar:
		case k.keyName() == key:
			all = append(all, v)
		case k.isMerge():
			for merged, value := range mergedPairs(v) {
				if merged.keyName() == key {
					all = append(all, value)
				}
			}
		}
	}
	return all
}

// isMerge reports whether n is the key << that takes over another mapping's
// entries (https://yaml.org/type/merge.html).
func (n *Node) isMerge() bool { return n.Tag() == "!!merge" }

// mergedPairs are the entries that the value of a merge key brings, the ones
// that count first: those of earlier mappings, then what these merge in turn.
func mergedPairs(value *Node) func(yield func(k, v *Node) bool) {
	return func(yield func(k, v *Node) bool) { eachMerged(value, yield) }
}

func eachMerged(value *Node, yield func(k, v *Node) bool) bool {
	for _, one := range value.Items() {
		if !eachMerged(one, yield) {
			return false
		}
	}
	for k, v := range value.Pairs() {
		if k.Kind() == Scalar && !k.isMerge() && !yield(k, v) {
			return false
		}
	}
	for k, v := range value.Pairs() {
		if k.isMerge() && !eachMerged(v, yield) {
			return false
		}
	}
	return true
}

// merged is the value that a merge key of n brings for a key; nil if none does.
func (n *Node) merged(key string) *Node {
	for k, v := range n.Pairs() {
		if !k.isMerge() {
			continue
		}
		for name, value := range mergedPairs(v) {
			if name.keyName() == key {
				return value
			}
		}
	}
	return nil
}

// keyName is a scalar key as JSON writes it.
func (n *Node) keyName() string {
	value := n.Decoded()
	switch n.Tag() {
	case "!!int":
		if number, err := strconv.ParseInt(value, 0, 64); err == nil {
			return strconv.FormatInt(number, 10)
		}
	case "!!bool":
		return strings.ToLower(value)
	case "!!null":
		return "null"
	}
	return value
}

// GluedLine is the first line of the stream, in d, that begins with "---" and
// goes on without a blank ("---kind: X"); 0 if there is none. Helm takes it for a
// separator, YAML for text. Lines of dashes ("-----BEGIN") do not count.
func (d Document) GluedLine() int {
	for i := 0; i < len(d.Text); i++ {
		found := bytes.Index(d.Text[i:], []byte("---"))
		if found < 0 {
			break
		}
		i += found
		after := i + len("---")
		if endsWithBreak(d.Text, i) && after < len(d.Text) && d.Text[after] != '-' && !isBlank(d.Text[after]) && breakLen(d.Text, after) == 0 {
			return d.Line + bytes.Count(d.Text[:i], []byte("\n"))
		}
		for i = after; i < len(d.Text) && d.Text[i] == '-'; i++ {
		}
	}
	return 0
}
