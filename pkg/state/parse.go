package state

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// MaxSize is the largest state file that is read, in bytes (4 MiB). Fifty
// certificates and a thousand log entries need a tenth of it.
const MaxSize = 4 << 20

// maxProblems is how many problems of one file are told: nobody reads more, and
// a hostile file could have a million.
const maxProblems = 100

// Parse reads a state file; name is what problems call it ("rotation.yaml").
// Fields that are absent stay absent: see [Rotation.WithDefaults]. The error
// holds the problems of the file, a hundred at most, in the order of its lines.
func Parse(name string, data []byte) (*Rotation, error) {
	r, _, problems := read(data, false)
	return parsed(name, r, problems)
}

func parsed(name string, r *Rotation, problems problem.List) (*Rotation, error) {
	if len(problems) > 0 {
		return nil, problems[:min(len(problems), maxProblems)].In(name).Err()
	}
	return r, nil
}

// read goes through the stages of reading; each one reports all that it finds.
// legacy also takes old log entries, whose paths are returned.
func read(data []byte, legacy bool) (r *Rotation, old []manifest.Path, problems problem.List) {
	if len(data) > MaxSize {
		return nil, nil, problem.List{problem.StateTooLarge.With(len(data), MaxSize)}
	}
	root, problems := parseText(data)
	if root == nil {
		return nil, nil, problems
	}
	if problems = append(problems, notPlain(root)...); len(problems) > 0 {
		return nil, nil, problems
	}
	seen, err := kubernetesView(data)
	if err != nil {
		return nil, nil, problem.List{err}
	}
	s := &shape{legacy: legacy}
	if r, err = decode(s.rotation(root, seen)); err != nil {
		return nil, nil, append(s.problems, err)
	}
	for _, f := range validate(r) {
		if !s.full() && !s.concerns(f) {
			s.problems = append(s.problems, place(root, f))
		}
	}
	sortByPlace(s.problems)
	return r, s.old, s.problems
}

// parseText gives the tree of the one document, and says where private keys
// stand even if the text is no YAML. A tree comes without a problem, except for
// private keys.
func parseText(data []byte) (*manifest.Node, problem.List) {
	problems := privateKeys(data)
	if lines := conflictMarkers(data); lines != "" {
		return nil, append(problems, problem.StateConflict.With(lines))
	}
	root, err := manifest.ParsePlain(data)
	switch {
	case err != nil && len(problems) == 0 && otherStream(data) != nil:
		return nil, problem.List{otherStream(data)}
	case err != nil:
		problems.Add(err)
		return nil, nameTabs(data, problems)
	case root == nil:
		return nil, append(problems, problem.StateEmpty.With())
	}
	if len(problems) == 0 {
		problems = escapedKeys(root)
	}
	if other := isOther(root); other != nil && len(problems) == 0 {
		return nil, problem.List{other}
	}
	return root, problems
}

// nameTabs replaces the parser's complaint about a line that is indented with
// a tab by one that says so.
func nameTabs(data []byte, problems problem.List) problem.List {
	lines := bytes.Split(data, []byte("\n"))
	for i, p := range problems {
		if p.Line < 1 || p.Line > len(lines) {
			continue
		}
		line := lines[p.Line-1]
		indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
		if at := bytes.IndexByte(indent, '\t'); at >= 0 {
			problems[i] = problem.StateTab.With().At(p.Line, at+1)
		}
	}
	return problems
}

// kubernetesView is the document as Kubernetes' YAML 1.1 reader sees it, in the
// types of encoding/json; numbers keep their text.
func kubernetesView(data []byte) (any, *problem.Problem) {
	text, err := yaml.YAMLToJSON(data)
	if err != nil {
		return nil, problem.StateReader.With().Because(err)
	}
	var seen any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&seen); err != nil {
		return nil, problem.StateReader.With().Because(err)
	}
	return seen, nil
}

// decode makes a Rotation of values whose types were checked.
func decode(values any) (*Rotation, *problem.Problem) {
	text, err := json.Marshal(values)
	if err != nil {
		return nil, problem.Internal.With("the state file's values cannot be written as JSON").Because(err)
	}
	r := new(Rotation)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, problem.Internal.With("the state file's values do not fit its fields").Because(err)
	}
	return r.Clone(), nil
}

// place gives a finding its path and the position of the nearest node that is
// there: of a missing key the mapping that lacks it.
func place(root *manifest.Node, f finding) *problem.Problem {
	for n := len(f.at); n >= 0; n-- {
		if node := root.Lookup(f.at[:n]); node != nil {
			f.problem.At(node.Line(), node.Column())
			break
		}
	}
	return f.problem.On(f.at.String())
}

func sortByPlace(problems problem.List) {
	order.By(problems, func(a, b *problem.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Path, b.Path))
	})
}
