package krm

import (
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Output is what one call gives.
type Output struct {
	// List goes to stdout. With an error it is the list that came in, with the
	// error among its results, or nil when no list could be read.
	List []byte
	// Results that this call added, in their order.
	Results []Result
}

// Run is one call of the function. An error is a problem.List; the results then
// hold the same problems.
func Run(text []byte) (Output, error) {
	l, err := readList(text)
	if err != nil {
		return Output{}, err
	}
	changed, results, err := l.run()
	if err == nil {
		err = keyless(changed)
	}
	if err != nil {
		changed, results = text, nil
		for _, p := range problem.Of(err) {
			results = append(results, l.ofProblem(p))
		}
	}
	out, failed := withResults(changed, l.root.Get("results"), results, marshal)
	if failed != nil { // a list in JSON, or results in brackets
		out, failed = withResults(changed, l.root.Get("results"), results, inline)
	}
	switch {
	case err != nil && failed != nil:
		return Output{}, err
	case failed != nil:
		return Output{}, failed
	}
	return Output{List: out, Results: results}, err
}

// run gives the list as the phase wants it. A list that holds nothing but its
// own configuration, or nothing at all, is one to generate into.
func (l *list) run() ([]byte, []Result, error) {
	c, err := readConfig(l)
	if err != nil {
		return nil, nil, err
	}
	if c.mode == byItems {
		c.mode = transform
		if l.onlyConfig() {
			c.mode = generate
		}
	}
	if c.mode == generate {
		return l.generate(c)
	}
	return l.transform(c)
}

// withResults adds results to those that the list brought along, in block style
// or inline.
func withResults(text []byte, old *manifest.Node, results []Result, marshal func(any) []byte) ([]byte, error) {
	if old.Len() == 0 {
		return manifest.Splice(text, manifest.Insert(manifest.At("results"), marshal(results)))
	}
	var edits []manifest.Edit
	for _, r := range results {
		edits = append(edits, manifest.Append(manifest.At("results"), marshal(r)))
	}
	return manifest.Splice(text, edits...)
}
