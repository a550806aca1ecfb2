package survey

import (
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// cursor is a field of a document, with the way to it. A field that is not
// there answers with nothing, and lies where its parent does.
type cursor struct {
	file *file
	node *manifest.Node // nil: not there
	near *manifest.Node // the node itself, or the nearest one above that is there
	path string
	// within is the string that the document stands in, if it is one in a string.
	within *source
}

// get is the field at the end of a chain of keys.
func (c cursor) get(keys ...string) cursor {
	for _, key := range keys {
		c = c.child(c.node.Get(key), key)
	}
	return c
}

func (c cursor) child(node *manifest.Node, key string) cursor {
	c.node = node
	if node != nil {
		c.near = node
	}
	if strings.ContainsAny(key, "./[ ") {
		c.path += "[" + strconv.Quote(key) + "]"
	} else {
		c.path = strings.TrimPrefix(c.path+"."+key, ".")
	}
	return c
}

// items are the items of a sequence.
func (c cursor) items() []cursor {
	var items []cursor
	for i, node := range c.node.Items() {
		item := c
		item.node, item.near, item.path = node, node, c.path+"["+strconv.Itoa(i)+"]"
		items = append(items, item)
	}
	return items
}

// entries are the entries of a mapping.
func (c cursor) entries() func(yield func(key string, value cursor) bool) {
	return func(yield func(string, cursor) bool) {
		for key, value := range c.node.Pairs() {
			if !yield(key.Value(), c.child(value, key.Value())) {
				return
			}
		}
	}
}

// value is a scalar's text; "" for a null and anything else.
func (c cursor) value() string { return c.node.Value() }

func (c cursor) there() bool { return c.node != nil && !c.node.IsNull() }

// embedded is the document that stands in a string, such as helm.values; ok is
// false for anything else.
func (c cursor) embedded() (inner cursor, ok bool) {
	if c.node.Kind() != manifest.Scalar {
		return cursor{}, false
	}
	return c.document(c.node.Value())
}

// list is the sequence that is written in a string.
func (c cursor) list() (inner cursor, ok bool) {
	root, err := manifest.Parse([]byte(c.value()))
	if err != nil || root.Kind() != manifest.Sequence {
		return cursor{}, false
	}
	return cursor{file: c.file, node: root, near: root, path: c.path, within: &source{cursor: c}}, true
}

// document is a text as a document that stands in this string.
func (c cursor) document(text string) (inner cursor, ok bool) {
	root, err := manifest.Parse([]byte(text))
	if err != nil || root.Kind() != manifest.Mapping {
		return cursor{}, false
	}
	return cursor{file: c.file, node: root, near: root, path: c.path, within: &source{cursor: c}}, true
}

// spot is where the field stands. A place inside a literal block scalar is
// exact; in a folded or quoted string it is that of the string.
func (c cursor) spot() spot {
	at := spot{file: c.file.name, line: c.file.above + c.near.Line(), column: c.near.Column(), path: c.path}
	if c.within == nil {
		return at
	}
	at.line, at.column = c.within.place(at.line, at.column)
	return at
}

func (c cursor) say(severity pki.Severity, says problem.Sentence, args ...any) {
	c.file.survey.say(c.spot(), severity, says, args...)
}
