package values

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
)

// tree is a mapping of values. Leaves are strings, whatever their type was: what
// reads them goes by the text alone.
type tree map[string]any

// treeOf copies a mapping. What a host fills in later is left out.
func treeOf(n *manifest.Node) tree {
	t := tree{}
	for key, value := range n.Pairs() {
		t[key.Value()] = copied(value)
	}
	return t
}

func copied(n *manifest.Node) any {
	switch {
	case n.Kind() == manifest.Mapping:
		return treeOf(n)
	case n.Kind() == manifest.Sequence:
		items := []any{}
		for _, item := range n.Items() {
			items = append(items, copied(item))
		}
		return items
	case n.IsNull() || isPlaceholder(n.Value()):
		return nil
	}
	return n.Value()
}

// isPlaceholder reports whether a host fills in the text: an ApplicationSet's
// template, or Flux' substitution of variables.
func isPlaceholder(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "${")
}

// parsed is the mapping that a string holds; empty for anything else.
func parsed(text string) tree {
	root, err := manifest.Parse([]byte(text))
	if err != nil || root.Kind() != manifest.Mapping {
		return tree{}
	}
	return treeOf(root)
}

// merge lays other over t, as Helm does: mappings are merged, null takes away.
func (t tree) merge(other tree) tree {
	for key, value := range other {
		below, both := t[key].(tree)
		over, mapping := value.(tree)
		switch {
		case value == nil:
			delete(t, key)
		case both && mapping:
			t[key] = below.merge(over)
		default:
			t[key] = value
		}
	}
	return t
}

// set is `helm --set name=value`; items of lists are left alone.
func (t tree) set(name, value string) {
	keys := keysOf(name)
	for _, key := range keys[:len(keys)-1] {
		below, there := t[key].(tree)
		if !there {
			below = tree{}
			t[key] = below
		}
		t = below
	}
	if !isPlaceholder(value) {
		t[keys[len(keys)-1]] = value
	}
}

// keysOf parts a name at its dots; a backslash takes the next character as it is.
func keysOf(name string) []string {
	keys, escaped := []string{""}, false
	for _, r := range name {
		switch {
		case r == '\\' && !escaped:
			escaped = true
			continue
		case r == '.' && !escaped:
			keys = append(keys, "")
		default:
			keys[len(keys)-1] += string(r)
		}
		escaped = false
	}
	return keys
}

// has reports whether one of the keys is anywhere in t.
func (t tree) has(keys ...string) bool {
	for _, key := range keys {
		if t[key] != nil {
			return true
		}
	}
	for _, value := range t {
		if below, mapping := value.(tree); mapping && below.has(keys...) {
			return true
		}
	}
	return false
}
