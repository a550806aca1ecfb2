package state

import (
	"bytes"
	"encoding/base64"
	"slices"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// privateKeys finds markers of private keys in the raw text, comments included,
// with a body or without.
func privateKeys(data []byte) problem.List {
	var found problem.List
	marks := secret.Marks(data)
	for _, at := range marks[:min(len(marks), maxProblems)] {
		line := 1 + bytes.Count(data[:at], []byte("\n"))
		column := 1 + utf8.RuneCount(data[bytes.LastIndexByte(data[:at], '\n')+1:at])
		found = append(found, problem.StatePrivateKey.With().At(line, column))
	}
	return found
}

// escapedKeys finds private keys that stand in values only after decoding:
// escapes of double quotes, or base64.
func escapedKeys(root *manifest.Node) problem.List {
	var found problem.List
	for n, p := range nodes(root) {
		if len(found) < maxProblems && n.Kind() == manifest.Scalar && !n.IsAlias() && holdsKey(n.Value()) {
			found = append(found, problem.StatePrivateKey.With().At(n.Line(), n.Column()).On(p.String()))
		}
	}
	return found
}

func holdsKey(value string) bool {
	if secret.Mentions([]byte(value)) {
		return true
	}
	head := value[:min(len(value), 64)/4*4] // the first line of a PEM is enough
	decoded, err := base64.StdEncoding.DecodeString(head)
	return err == nil && len(secret.Marks(decoded)) > 0
}

// coreTags are the tags that values have by themselves. One of them written out
// on the value that has it anyway (!!str "x") does no harm.
var coreTags = []string{"!!map", "!!seq", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp"}

// notPlain finds anchors, aliases, merge keys and tags.
func notPlain(root *manifest.Node) problem.List {
	var found problem.List
	for n, p := range nodes(root) {
		what := ""
		switch {
		case n.IsAlias():
			what = "an alias (*name)"
		case n.Anchor() != "":
			what = "an anchor (&name)"
		case n.Tag() == "!!merge":
			what = "a merge key (<<)"
		case !slices.Contains(coreTags, n.Tag()):
			what = "a tag (!name)"
		}
		if what != "" && len(found) < maxProblems {
			found = append(found, problem.StateNotPlain.With(what).At(n.Line(), n.Column()).On(p.String()))
		}
	}
	return found
}

// nodes walks the tree in the order of the text, keys included, with the path
// of each value; a key has the path of its mapping. Aliases are not followed.
// The path is overwritten by the next step: a copy of each would make a deep
// file quadratic.
func nodes(root *manifest.Node) func(yield func(*manifest.Node, manifest.Path) bool) {
	return func(yield func(*manifest.Node, manifest.Path) bool) {
		walkNodes(root, make(manifest.Path, 0, manifest.MaxDepth), yield)
	}
}

func walkNodes(n *manifest.Node, p manifest.Path, yield func(*manifest.Node, manifest.Path) bool) bool {
	if !yield(n, p) {
		return false
	}
	if n.IsAlias() {
		return true
	}
	for k, v := range n.Pairs() {
		if !walkNodes(k, p, yield) || !walkNodes(v, append(p, manifest.At(k.Value())...), yield) {
			return false
		}
	}
	for i, item := range n.Items() {
		if !walkNodes(item, append(p, manifest.At(i)...), yield) {
			return false
		}
	}
	return true
}
