package manifest

import (
	"bytes"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// fragment is a YAML value that is put into a document.
//
//	value               | head        | lines
//	--------------------|-------------|--------------------------------------
//	plain, quoted, flow | first line  | the other lines, right of the key
//	literal, folded     | "|-"        | the content, as it stands under the key
//	block collection    | ""          | all lines, at the collection's indent
type fragment struct {
	node  *Node
	head  string
	lines []string
}

func (f fragment) isInline() bool { return f.head != "" && !f.hangs() }

// hangs reports whether f is a block scalar.
func (f fragment) hangs() bool {
	return f.node.kind == Scalar && (f.node.style == literal || f.node.style == folded)
}

// newFragment reads authored YAML text: one value at indent 0, without
// separators, directives and comments before it.
func newFragment(text []byte) (fragment, *problem.Problem) {
	root, p := parse(text, 0)
	if p != nil {
		return fragment{}, problem.NotAFragment.With("is not valid YAML").Because(p)
	}
	if root == nil {
		return fragment{}, problem.NotAFragment.With("is empty")
	}
	isBlock := root.kind != Scalar && root.style == block
	if text[0] == '%' || isMarker(text[:lineEnd(text, 0)], "---") || (!isBlock && root.offset != 0) ||
		isBlock && (root.column != 1 || root.anchor != "" || root.tagged) {
		return fragment{}, problem.NotAFragment.With("does not begin with its value")
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	keep := root.kind == Scalar && strings.HasSuffix(root.value, "\n\n")
	if keep {
		text = bytes.TrimSuffix(text, []byte("\n"))
	} else {
		text = bytes.TrimRight(text, "\n")
	}
	lines := strings.Split(string(text), "\n")
	f := fragment{node: root, lines: lines}
	if isBlock {
		return f, nil
	}
	f.head, f.lines = lines[0], lines[1:]
	if f.hangs() && contentAtMargin(f.lines) {
		for i, line := range f.lines {
			if line != "" {
				f.lines[i] = "  " + line
			}
		}
	}
	return f, nil
}

// contentAtMargin reports whether the content of a block scalar has no indent,
// as only a whole document may write it.
func contentAtMargin(lines []string) bool {
	for _, line := range lines {
		if line != "" {
			return line[0] != ' '
		}
	}
	return false
}

// place is what surrounds a new value, and so how it may be written.
type place int

const (
	inBlock place = iota
	inFlow
	inJSON // brackets whose keys are in double quotes
)

// under is f as the value of a key: a mapping of one entry.
func (f fragment) under(key string, where place) fragment {
	k := stringFragment(key, max(where, inFlow)) // on one line
	m := fragment{node: &Node{kind: Mapping, style: block, tag: "!!map", content: []*Node{k.node, f.node}}}
	switch {
	case where != inBlock:
		m.node.style = flow
		m.head = k.head + ": " + f.head // without brackets: see addInFlow
	case f.head == "" && f.node.kind == Mapping:
		m.lines = append([]string{k.head + ":"}, indented(f.lines, 2)...)
	case f.head == "":
		m.lines = append([]string{k.head + ":"}, f.lines...)
	case f.hangs():
		m.lines = append([]string{k.head + ": " + f.head}, f.lines...)
	default:
		m.lines = append([]string{k.head + ": " + f.head}, indented(f.lines, 2)...)
	}
	return m
}

// asItem is f as the only item of a block sequence.
func (f fragment) asItem() fragment {
	s := fragment{node: &Node{kind: Sequence, style: block, tag: "!!seq", content: []*Node{f.node}}}
	lines := f.lines
	if f.head != "" {
		lines = append([]string{f.head}, lines...)
	}
	s.lines = indented(lines, 2)
	if f.hangs() {
		s.lines = append([]string{""}, f.lines...)
		s.lines[0] = "  " + f.head
	}
	s.lines[0] = "- " + strings.TrimPrefix(s.lines[0], "  ")
	return s
}

func indented(lines []string, by int) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		if line != "" {
			line = strings.Repeat(" ", by) + line
		}
		out[i] = line
	}
	return out
}

// stringFragment writes a string: plain where every reader takes it for that
// string, as literal text when it has lines, else in double quotes.
func stringFragment(value string, where place) fragment {
	probe := target{node: &Node{kind: Scalar, tag: "!!str"}, inFlow: where != inBlock}
	c := candidate{whole: value, style: plain}
	if _, ok := reads(c, probe, value); ok && isPrintable(value) && where != inJSON {
		return fragment{node: &Node{kind: Scalar, style: plain, tag: "!!str", value: value}, head: value}
	}
	empty := blockScalar{indent: 2, newline: "\n", chomp: "-"}
	if where == inBlock && strings.Contains(value, "\n") {
		if source, ok := empty.with([]byte("|"), value, 0); ok {
			if f, p := newFragment([]byte(source)); p == nil && f.node.value == value {
				return f
			}
		}
	}
	return fragment{node: &Node{kind: Scalar, style: doubleQuoted, tag: "!!str", value: value}, head: quoteDouble(value)}
}
