package survey

import (
	"bytes"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ourObjects are names that an object of the mesh has, wherever it is written.
var ourObjects = [][]byte{[]byte(linkerd.IssuerSecret), []byte(linkerd.TrustRoots), []byte(linkerd.TrustAnchorsEnv)}

func namesOurs(text []byte) bool {
	return slices.ContainsFunc(ourObjects, func(name []byte) bool { return bytes.Contains(text, name) })
}

// nested looks for objects in another object or in values: extraObjects of a
// chart, the manifest of a Crossplane Object, a ClusterResourceSet's ConfigMap.
// Whoever applies the outer one applies these.
func (f *file) nested(c cursor) {
	for _, value := range c.entries() {
		f.nestedIn(value)
	}
	for _, item := range c.items() {
		f.nestedIn(item)
	}
}

func (f *file) nestedIn(c cursor) {
	if c.node.Kind() != manifest.Scalar {
		if head := c.node.Head(); head.APIVersion != "" && head.Kind != "" && isApplied(head) {
			f.object(c, head)
			return
		}
		f.nested(c)
		return
	}
	if text := c.value(); namesOurs([]byte(text)) && bytes.Contains([]byte(text), []byte("kind")) {
		for _, d := range manifest.Split([]byte(text)) {
			if root, err := d.Parse(); err == nil && root.Kind() == manifest.Mapping {
				f.nestedIn(cursor{file: f, node: root, near: root, path: c.path, within: &source{cursor: c}})
			}
		}
	}
}

// isApplied excludes what counts only as a file of its own.
func isApplied(head manifest.Head) bool {
	return head.Kind != state.Kind && head.Kind != "Kustomization" && head.Kind != "Component"
}
