package render

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// maxUmbrella is how many keys deep the values of a dependency may stand: an
// umbrella chart inside of another.
const maxUmbrella = 4

// ownValues finds Linkerd's values in a file: at its top or, in those of an
// umbrella chart, below the name or alias of the dependency. What stands below
// `global` counts for what stands nowhere else: charts up to 2.9 had it there.
func (a *adoption) ownValues(root *manifest.Node) *manifest.Node {
	if holdsValues(root) {
		a.global = root.Get("global") // charts up to 2.9 had the anchors there
		return root
	}
	found := map[string]*manifest.Node{}
	var paths []string
	var search func(n *manifest.Node, at string, depth int)
	search = func(n *manifest.Node, at string, depth int) {
		for key, value := range n.Pairs() {
			path := strings.TrimPrefix(at+"."+key.Value(), ".")
			switch {
			case value.Kind() != manifest.Mapping:
			case holdsValues(value):
				if !sameAsOne(value, found) {
					paths, found[path] = append(paths, path), value
				}
			case depth < maxUmbrella:
				search(value, path, depth+1)
			}
		}
	}
	search(root, "", 1)
	if len(paths) > 1 {
		a.global = found["global"]
		paths = slices.DeleteFunc(paths, func(p string) bool { return p == "global" || strings.HasSuffix(p, ".global") })
	}
	switch len(paths) {
	case 0:
		return root
	case 1:
		a.from = paths[0]
		a.note("the values are those below " + paths[0])
		return found[paths[0]]
	}
	a.fail(problem.AdoptTwoValues.With(strings.Join(paths, ", ")))
	return root
}

// identityValues are values that only Linkerd's chart has.
var identityValues = []string{linkerd.AnchorsValue, linkerd.ExternalCAValue, linkerd.IssuerCertValue, linkerd.SchemeValue}

// holdsValues reports whether a mapping has what only Linkerd's values have.
func holdsValues(n *manifest.Node) bool {
	return slices.ContainsFunc(identityValues, func(name string) bool { return n.Lookup(manifest.Dotted(name)) != nil })
}

// sameAsOne reports whether the values were found already: a YAML alias or a merge
// key writes them out again.
func sameAsOne(value *manifest.Node, found map[string]*manifest.Node) bool {
	for _, other := range found {
		if sameIdentity(value, other) {
			return true
		}
	}
	return false
}

func sameIdentity(a, b *manifest.Node) bool {
	text := false
	for _, name := range identityValues {
		one, other := a.Lookup(manifest.Dotted(name)), b.Lookup(manifest.Dotted(name))
		if one.Value() != other.Value() || (one == nil) != (other == nil) || one != nil && one.Line() != other.Line() {
			return false
		}
		text = text || one != nil
	}
	return text
}
