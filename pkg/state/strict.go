package state

import (
	"encoding/json"
	"reflect"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Place gives a problem with a value its path and its position in the text.
type Place func(at manifest.Path, p *problem.Problem) *problem.Problem

// ReadAs reads a YAML file of another kind as strictly as a state file: one plain
// document, no unknown or duplicated key, no value that two YAML readers take for
// two, no private key. into points to the struct to fill.
func ReadAs(data []byte, into any) (Place, problem.List) {
	if len(data) > MaxSize {
		return nil, problem.List{problem.FleetTooLarge.With(len(data), MaxSize)}
	}
	if lines := conflictMarkers(data); lines != "" {
		return nil, problem.List{problem.StateConflict.With(lines)}
	}
	root, err := manifest.ParsePlain(data)
	if err != nil {
		return nil, problem.Of(err)
	}
	if root == nil {
		return nil, problem.List{problem.FleetEmpty.With()}
	}
	found := append(privateKeys(data), escapedKeys(root)...)
	if found = append(found, notPlain(root)...); len(found) > 0 {
		return nil, found
	}
	seen, wrong := kubernetesView(data)
	if wrong != nil {
		return nil, problem.List{wrong}
	}
	s := &shape{}
	values := s.value(root, seen, reflect.TypeOf(into).Elem(), nil)
	sortByPlace(s.problems)
	if len(s.problems) > 0 {
		return nil, s.problems
	}
	text, jsonErr := json.Marshal(values)
	if jsonErr == nil {
		jsonErr = json.Unmarshal(text, into)
	}
	if jsonErr != nil {
		return nil, problem.List{problem.Internal.With("the file's values do not fit its fields").Because(jsonErr)}
	}
	return func(at manifest.Path, p *problem.Problem) *problem.Problem {
		return place(root, finding{at: at, problem: p})
	}, nil
}

// Breaks is the problem with a text that has control characters or line breaks: printed
// in a command or a note it could begin a line of its own. nil: it has none.
func Breaks(text string) *problem.Problem {
	if !breakForm.MatchString(text) {
		return nil
	}
	return problem.StateBreaks.With(problem.Shown(text))
}

// DNSLabel is the problem with a text that is not a DNS label; nil if it is one.
func DNSLabel(text string) *problem.Problem { return dnsLabel(text) }
