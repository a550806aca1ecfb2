package custody

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Key files of sops and sealed-secret are YAML that other programs read, too. One
// that readers of YAML could take differently is refused: with a second document, a
// key that is set twice, or an anchor, alias, merge key or tag.

// plainYAML parses a key file in which every reader of YAML finds the same.
func plainYAML(file []byte) (*manifest.Node, error) {
	document := manifest.Document{Text: file, Line: 1}
	root, err := document.Parse()
	if err != nil {
		return nil, err
	}
	if line := document.GluedLine(); line > 0 {
		return nil, problem.CustodyEdited.With(fmt.Sprintf("--- on line %d, which some programs read as the begin of another document", line))
	}
	if p := root.Doubled(); p != nil {
		return nil, p
	}
	return root, checkPlain(root)
}

// checkPlain refuses anchors, aliases, tags, and keys that are no text.
func checkPlain(n *manifest.Node) error {
	if n.IsAlias() || n.Anchor() != "" || n.Tagged() {
		return problem.CustodyEdited.With(fmt.Sprintf("an anchor, alias or tag of YAML on line %d", n.Line()))
	}
	for key, value := range n.Pairs() {
		if key.Tag() != "!!str" {
			return problem.CustodyEdited.With(fmt.Sprintf("a key on line %d that is no text", key.Line()))
		}
		for _, one := range []*manifest.Node{key, value} {
			if err := checkPlain(one); err != nil {
				return err
			}
		}
	}
	for _, item := range n.Items() {
		if err := checkPlain(item); err != nil {
			return err
		}
	}
	return nil
}

// shape is what a mapping may have; nil takes any value.
type shape map[string]shape

// check refuses the first field that the shape does not have. A null says nothing:
// `kubeseal --re-encrypt` writes creationTimestamp: null.
func (s shape) check(n *manifest.Node, above string) error {
	for key, value := range n.Pairs() {
		below, known := s[key.Value()]
		switch {
		case known && below != nil:
			if err := below.check(value, above+key.Value()+"."); err != nil {
				return err
			}
		case !known && !value.IsNull():
			return problem.CustodyExtraField.With(above + key.Value())
		}
	}
	return nil
}
