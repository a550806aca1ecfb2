package krm

import (
	"bytes"
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// generate adds the objects of the phase to the list. An object that stands
// there already is replaced; the configuration that stands among the items goes,
// since its host put it there.
func (l *list) generate(c *config) ([]byte, []Result, error) {
	objects, err := objectsOf(c.state, c.all)
	if err != nil {
		return nil, nil, named(err)
	}
	said := Result{Message: fmt.Sprintf("phase %s, epoch %d: %s", c.state.Current().Name, c.state.Status.Epoch, problem.Counted(len(objects), "object")),
		Severity: Info}
	if l.onlyConfig() {
		text, err := manifest.Splice(l.text, manifest.Insert(manifest.At("items"), sequence(objects)))
		return text, []Result{said}, err
	}
	replaced := map[int][]byte{}
	var edits []manifest.Edit
	for _, o := range objects {
		root, err := manifest.Parse(o)
		if err != nil {
			return nil, nil, err
		}
		n, err := l.same(root.Head())
		switch {
		case err != nil:
			return nil, nil, err
		case n >= 0:
			replaced[n] = o
		default:
			edits = append(edits, manifest.Append(manifest.At("items"), o))
		}
	}
	text, err := manifest.Splice(l.items.Join(replaced), edits...)
	return text, []Result{said}, err
}

// objectsOf is every object of a phase that holds no private key, as YAML: the
// one place that says what a generator makes.
func objectsOf(s *state.Rotation, all bool) ([][]byte, error) {
	text, err := render.Manifests(render.ManifestsInput{State: s, All: all})
	if err != nil {
		return nil, err
	}
	var objects [][]byte
	for _, d := range manifest.Split(text) {
		objects = append(objects, d.Text[len(manifest.Separator):])
	}
	return objects, nil
}

// sequence writes objects as the items of a block sequence.
func sequence(objects [][]byte) []byte {
	var out bytes.Buffer
	for _, o := range objects {
		for i, line := range bytes.SplitAfter(o, []byte("\n")) {
			switch {
			case i == 0:
				out.WriteString("- ")
			case len(bytes.TrimSpace(line)) > 0:
				out.WriteString("  ")
			}
			out.Write(line)
		}
	}
	return out.Bytes()
}
