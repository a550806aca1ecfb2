package manifest

import (
	"go.yaml.in/yaml/v4"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// conversion turns the parser's nodes into ours, with byte offsets.
type conversion struct {
	text     []byte
	locator  *locator
	above    int // lines of the stream before the text
	anchored map[*yaml.Node]anchored
	aliased  int // nodes that aliases stand for
	flows    int // collections in brackets around the node
}

// anchored is a complete value that an alias may repeat, and its number of
// nodes when every alias in it is written out.
type anchored struct {
	node *Node
	size int
}

func convert(text []byte, above int, root *yaml.Node) (*Node, *problem.Problem) {
	if nothing(root) {
		return nil, nil
	}
	c := &conversion{text: text, locator: newLocator(text), above: above, anchored: map[*yaml.Node]anchored{}}
	n, _, p := c.node(root, 1)
	return n, p
}

// nothing reports whether a document holds no value at all, not even a ~.
func nothing(root *yaml.Node) bool {
	return root.Kind == yaml.ScalarNode && root.ShortTag() == "!!null" &&
		root.Value == "" && root.Style == 0 && root.Anchor == ""
}

func (c *conversion) node(y *yaml.Node, depth int) (n *Node, size int, p *problem.Problem) {
	if depth > MaxDepth {
		return nil, 0, problem.TooDeep.With(MaxDepth).At(c.above+y.Line, y.Column)
	}
	if y.Kind == yaml.AliasNode {
		return c.alias(y)
	}
	n = &Node{
		kind: kinds[y.Kind], style: styleOf(y), tag: y.ShortTag(), value: y.Value,
		tagged: y.Style&yaml.TaggedStyle != 0 || y.Tag == "!", anchor: y.Anchor,
		line: c.above + y.Line, column: y.Column,
		offset: c.locator.offsetOf(y.Line, y.Column),
	}
	if c.readOtherwise(n) {
		return nil, 0, problem.ReadOtherwise.With().At(n.line, n.column)
	}
	if n.style == flow {
		c.flows++
		defer func() { c.flows-- }()
	}
	if len(y.Content) > 0 {
		n.content = make([]*Node, len(y.Content))
	}
	size = 1
	for i, child := range y.Content {
		m, below, p := c.node(child, depth+1)
		if p != nil {
			return nil, 0, p
		}
		n.content[i] = m
		size += below
	}
	if y.Anchor != "" {
		c.anchored[y] = anchored{node: n, size: size}
	}
	return n, size, nil
}

// alias counts what an alias stands for. A value is known only when it is
// complete, so an alias inside the value that it repeats finds nothing.
func (c *conversion) alias(y *yaml.Node) (*Node, int, *problem.Problem) {
	target, complete := c.anchored[y.Alias]
	if !complete {
		return nil, 0, problem.AliasLoop.With().At(c.above+y.Line, y.Column)
	}
	c.aliased += target.size
	if c.aliased > MaxAliased {
		return nil, 0, problem.TooManyAliases.With(MaxAliased).At(c.above+y.Line, y.Column)
	}
	return &Node{
		alias: target.node, aliasName: y.Value, line: c.above + y.Line, column: y.Column,
		offset: c.locator.offsetOf(y.Line, y.Column),
	}, target.size, nil
}

var kinds = map[yaml.Kind]Kind{
	yaml.MappingNode:  Mapping,
	yaml.SequenceNode: Sequence,
	yaml.ScalarNode:   Scalar,
}

func styleOf(y *yaml.Node) style {
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		return doubleQuoted
	case y.Style&yaml.SingleQuotedStyle != 0:
		return singleQuoted
	case y.Style&yaml.LiteralStyle != 0:
		return literal
	case y.Style&yaml.FoldedStyle != 0:
		return folded
	case y.Style&yaml.FlowStyle != 0:
		return flow
	case y.Kind == yaml.ScalarNode:
		return plain
	}
	return block
}
