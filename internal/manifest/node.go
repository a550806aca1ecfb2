package manifest

import "iter"

// Kind says what a node is.
type Kind int

// The kinds. An alias has the kind of what it stands for.
const (
	Mapping Kind = iota + 1
	Sequence
	Scalar
)

// String is the kind's name in messages.
func (k Kind) String() string {
	return [...]string{"nothing", "mapping", "sequence", "scalar"}[k]
}

// style is how a node is written.
type style int

const (
	plain style = iota
	singleQuoted
	doubleQuoted
	literal
	folded
	block // a collection by indentation
	flow  // a collection in brackets
)

// Node is a read-only view of one parsed value. A nil *Node answers every
// question with nothing, so that chains of Get need no checks.
//
// An alias (*name) answers as the node that it stands for; [Node.IsAlias] tells.
// [Node.Get] also finds what merge keys (<<) bring; [Node.Pairs] lists a merge key
// as an entry like any other.
type Node struct {
	kind         Kind
	style        style
	tag, value   string
	tagged       bool   // the tag is written out
	anchor       string // name without &
	alias        *Node  // the node that this alias stands for
	aliasName    string
	content      []*Node // items, or keys and values in turn
	line, column int
	offset       int // in the text: of the tag or the anchor, if there is one
}

// follow gives what an alias stands for, and every other node itself.
func (n *Node) follow() *Node {
	if n != nil && n.alias != nil {
		return n.alias
	}
	return n
}

// Kind is Mapping, Sequence or Scalar; 0 for a nil node.
func (n *Node) Kind() Kind {
	if n = n.follow(); n == nil {
		return 0
	}
	return n.kind
}

// Line counts from 1, in the text given to [Parse] or, for a document of a
// stream, in the stream. CR, NEL, LS and PS count as line ends.
func (n *Node) Line() int {
	if n == nil {
		return 0
	}
	return n.line
}

// Column counts characters from 1. A node with a tag or an anchor begins there.
func (n *Node) Column() int {
	if n == nil {
		return 0
	}
	return n.column
}

// Tag is the resolved tag: !!str !!int !!bool !!null !!float !!timestamp
// !!binary !!merge !!map !!seq, or a local one as it is written (!Ref). Plain
// scalars resolve by the YAML 1.2 core schema, plus timestamps and 0777.
func (n *Node) Tag() string {
	if n = n.follow(); n == nil {
		return ""
	}
	return n.tag
}

// Plain reports whether n is a scalar without quotes, block style and tag.
func (n *Node) Plain() bool {
	n = n.follow()
	return n != nil && n.kind == Scalar && n.style == plain && !n.tagged
}

// Value is a scalar's decoded value; "" for a null and for anything else, so that
// null and ~ are never taken for names.
func (n *Node) Value() string {
	if n = n.follow(); n == nil || n.IsNull() {
		return ""
	}
	return n.value
}

// IsText reports whether every reader of YAML takes n for a string: in quotes, in block
// style, with the tag !!str, or plain and of no other type, also by YAML 1.1.
func (n *Node) IsText() bool {
	return n.Kind() == Scalar && n.Tag() == "!!str" && !(n.Plain() && looksTyped(n.Value()))
}

// Tagged reports whether the tag is written out (!!str x).
func (n *Node) Tagged() bool { return n != nil && n.tagged }

// IsNull reports whether n is a null: nothing, ~ or null.
func (n *Node) IsNull() bool { return n.Tag() == "!!null" }

// IsAlias reports whether *name stands here instead of a value.
func (n *Node) IsAlias() bool { return n != nil && n.alias != nil }

// Anchor is the name that &name gives to this value, or "".
func (n *Node) Anchor() string {
	if n == nil {
		return ""
	}
	return n.anchor
}

// Len is the number of items of a sequence or of entries of a mapping.
func (n *Node) Len() int {
	switch n = n.follow(); n.Kind() {
	case Sequence:
		return len(n.content)
	case Mapping:
		return len(n.content) / 2
	default:
		return 0
	}
}

// Index is an item of a sequence; nil when there is none.
func (n *Node) Index(i int) *Node {
	n = n.follow()
	if n.Kind() != Sequence || i < 0 || i >= len(n.content) {
		return nil
	}
	return n.content[i]
}

// Get is the value of a key, or the one that a merge key (<<) brings. Of a key that
// is set twice it is the first ([Node.Doubled] reports it); of a missing key nil.
func (n *Node) Get(key string) *Node {
	for k, v := range n.Pairs() {
		if k.Kind() == Scalar && k.Value() == key {
			return v
		}
	}
	return n.merged(key)
}

// Pairs are the entries of a mapping in order, keys that stand twice included.
func (n *Node) Pairs() iter.Seq2[*Node, *Node] {
	return func(yield func(key, value *Node) bool) {
		if n = n.follow(); n.Kind() != Mapping {
			return
		}
		for i := 0; i < len(n.content); i += 2 {
			if !yield(n.content[i], n.content[i+1]) {
				return
			}
		}
	}
}

// Items are the items of a sequence in order.
func (n *Node) Items() iter.Seq2[int, *Node] {
	return func(yield func(int, *Node) bool) {
		if n = n.follow(); n.Kind() != Sequence {
			return
		}
		for i, item := range n.content {
			if !yield(i, item) {
				return
			}
		}
	}
}

// Lookup follows a path; nil when something on it is missing.
func (n *Node) Lookup(p Path) *Node {
	for _, s := range p {
		if s.isIndex {
			n = n.Index(s.index)
		} else {
			n = n.Get(s.key)
		}
	}
	return n
}
