package state

import (
	"bytes"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
)

// group begins the apiVersion of state files of every version.
const group = "l5d-pki-render/"

// Names are the values of metadata.name of the state files in a text, of any
// version of the format, whether valid or not. The error is of a document that
// cannot be parsed and may be one.
func Names(text []byte) ([]string, error) {
	if bytes.IndexByte(text, 0) >= 0 || !mayNameGroup(text) {
		return nil, nil
	}
	var names []string
	for _, d := range manifest.Split(text) {
		if !mayNameGroup(d.Text) {
			continue
		}
		root, err := d.Parse()
		if err != nil && bytes.Contains(d.Text, []byte(group)) {
			return names, err
		}
		if strings.HasPrefix(root.Get("apiVersion").Value(), group) && root.Get("kind").Value() == Kind {
			for _, meta := range root.All("metadata") {
				for _, name := range meta.All("name") {
					names = append(names, name.Value())
				}
			}
		}
	}
	return names, nil
}

// IsInput reports whether a document of a text is one that a person writes or reviews for
// this tool, of any kind: a state, a fleet, an observation. One that cannot be parsed and
// may be one is.
func IsInput(text []byte) bool {
	if bytes.IndexByte(text, 0) >= 0 || !mayNameGroup(text) {
		return false
	}
	return slices.ContainsFunc(manifest.Split(text), func(d manifest.Document) bool {
		if !mayNameGroup(d.Text) {
			return false
		}
		root, err := d.Parse()
		return err != nil && bytes.Contains(d.Text, []byte("apiVersion")) ||
			slices.ContainsFunc(root.All("apiVersion"), func(v *manifest.Node) bool { return strings.HasPrefix(v.Value(), group) })
	})
}

// mayNameGroup reports whether a text can hold the group, perhaps with escapes.
func mayNameGroup(text []byte) bool {
	return bytes.Contains(text, []byte(group)) || bytes.IndexByte(text, '\\') >= 0
}
