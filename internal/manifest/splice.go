package manifest

import "github.com/l5d-pki/l5d-pki-render/pkg/problem"

// Splice applies edits, in order, to the text of one document.
func Splice(text []byte, edits ...Edit) ([]byte, error) {
	for _, e := range edits {
		return nil, problem.Unconfirmed.With("not supported").On(e.path.String())
	}
	return text, nil
}
