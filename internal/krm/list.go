package krm

import (
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// MaxList is the largest list that is read, in bytes.
const MaxList = manifest.MaxDocument

// versions of ResourceList that are understood; the output has the input's.
var versions = map[string]bool{"config.kubernetes.io/v1": true, "config.kubernetes.io/v1beta1": true}

// list is one ResourceList as it came in.
type list struct {
	text  []byte
	root  *manifest.Node
	items manifest.Items
}

// readList reads a list, and refuses what is none.
func readList(text []byte) (*list, error) {
	root, err := manifest.Parse(text)
	if err != nil {
		return nil, err
	}
	l := &list{text: text, root: root}
	head := root.Head()
	switch {
	case root == nil:
		return nil, problem.KRMNoList.With("there is nothing on stdin")
	case head.Kind != "ResourceList":
		return nil, problem.KRMNoList.With("it has kind " + quoted(head.Kind))
	case !versions[head.APIVersion]:
		return nil, problem.KRMNoList.With("it has apiVersion " + quoted(head.APIVersion))
	}
	if _, marked := (manifest.Document{Text: text}).WithoutMarks(); marked {
		return nil, problem.MarkInside.With()
	}
	if doubled := root.DoubledHere(); doubled != nil {
		return nil, doubled
	}
	if doubled := root.Get("functionConfig").Doubled(); doubled != nil {
		return nil, doubled.Under("functionConfig")
	}
	if l.items, err = manifest.CutItems(text, root, manifest.At("items")); err != nil {
		return nil, err
	}
	for n := range l.items.Len() {
		if head := l.item(n).Head(); head.APIVersion == "" || head.Kind == "" {
			return nil, problem.KRMItem.With("it has no apiVersion or no kind").On(manifest.At("items", n).String()).At(l.item(n).Line(), 0)
		}
	}
	return l, nil
}

func (l *list) item(n int) *manifest.Node { return l.root.Lookup(manifest.At("items", n)) }

// keyless refuses private keys outside of Secrets that every reader takes for
// such: those that the kustomization brings along stay.
func keyless(text []byte) error {
	if render.CheckKeyless(text, false) == nil {
		return nil
	}
	changed, err := readList(text)
	if err != nil {
		return err
	}
	return named(render.CheckKeyless(changed.items.Stream(), true))
}

// onlyConfig: the list has nothing but, perhaps, its own configuration, which
// kustomize hands a generator as an item (api/internal/plugins/fnplugin).
func (l *list) onlyConfig() bool {
	config := l.root.Get("functionConfig").Head()
	for n := range l.items.Len() {
		if l.item(n).Head() != config {
			return false
		}
	}
	return true
}

// same is the number of the item that is an object of the phase, -1 if none is. One without a
// namespace gets that of the phase's from whoever applies it.
func (l *list) same(wanted manifest.Head) (int, error) {
	found := -1
	for n := range l.items.Len() {
		head, namespace := l.item(n).Head(), l.item(n).Lookup(manifest.At("metadata", "namespace"))
		switch {
		case head.Kind != wanted.Kind || head.Name != wanted.Name:
		case namespace != nil && !namespace.IsNull() && !namespace.IsText():
			return -1, problem.RenderNotName.With("metadata.namespace", "a string").
				On(manifest.At("items", n).String()).At(namespace.Line(), namespace.Column())
		case head.Namespace != "" && head.Namespace != wanted.Namespace:
		case found >= 0:
			return -1, problem.RenderDoubledTarget.With(found+1, n+1).On(wanted.Kind+" "+wanted.Name).At(l.item(n).Line(), 0)
		default:
			found = n
		}
	}
	return found, nil
}

// find is the item with that kind, namespace and name; -1 when there is none.
func (l *list) find(wanted manifest.Head) int {
	for n := range l.items.Len() {
		head := l.item(n).Head()
		if head.Kind == wanted.Kind && head.Name == wanted.Name && head.Namespace == wanted.Namespace {
			return n
		}
	}
	return -1
}
