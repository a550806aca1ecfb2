package render

import (
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// CheckKeyless is the last look at an output without private keys: it refuses
// one that holds any, in whatever object and however it is written. What read
// the stream may have taken a Secret for something else.
//
// Where the host reads Secrets of others as well, those that every reader takes
// for a Secret may keep their keys, if the caller says so.
func CheckKeyless(stream []byte, secretsMayStay bool) error {
	if len(secret.Find(stream)) == 0 {
		return nil
	}
	var problems problem.List
	docs := manifest.Split(stream)
	for _, d := range docs {
		if len(secret.Find(d.Text)) == 0 {
			continue
		}
		root, err := d.Parse()
		if err != nil || !secretsMayStay || !isOnlySecret(d, root) {
			problems.Add(problem.RenderKeyLeft.With().On("document "+itoa(d.Number)).At(d.Line, 0))
		}
	}
	if len(docs) == 0 || !secretsMayStay && len(problems) == 0 { // it stands in no one document
		problems.Add(problem.RenderKeyLeft.With())
	}
	return problems.Err()
}

// isOnlySecret reports whether a document is a Secret under every reading.
func isOnlySecret(d manifest.Document, root *manifest.Node) bool {
	_, marked := d.WithoutMarks()
	head := root.Head()
	return linkerd.KindOf(head.APIVersion, head.Kind) == "Secret" && root.Get("items") == nil &&
		root.Doubled() == nil && root.Binary() == nil && !marked && d.Separated()
}
