package rotation

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// example is a block of docs/evidence.md; its first line names a state file and
// the needs that the observation meets in it.
var example = regexp.MustCompile("(?s)```yaml\n# (fixtures/[^\n:]+): ([^\n]+)\n(.*?)```")

// TestExamplesOfThePage: each observation on the page opens the gate of the
// move that its heading names by meeting exactly the needs that it claims, and
// nothing but the observation does. Every phase that has needs has an example.
func TestExamplesOfThePage(t *testing.T) {
	page := string(must(os.ReadFile("../../docs/evidence.md")))
	instant := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	var files []string
	for _, found := range example.FindAllStringSubmatch(page, -1) {
		file, claimed, text := found[1], strings.Split(found[2], ", "), found[3]
		files = append(files, strings.TrimPrefix(file, "fixtures/rotation/"))
		s := must(state.Parse(file, must(os.ReadFile(filepath.Join("../..", file)))))
		o, err := ParseObservation("docs/evidence.md", []byte(text))
		if err != nil {
			t.Fatalf("%s: %s", file, explain(err))
		}
		next := must(StatusOf(s, seen(o), instant)).Next[0]
		if got := metNeeds(next); !next.Allowed || !slices.Equal(got, claimed) {
			t.Errorf("%s claims %v, meets %v, allowed %t: %+v %v", file, claimed, got, next.Allowed, next.Needs, next.Problems)
		}
		if next := must(StatusOf(s, Evidence{}, instant)).Next[0]; len(metNeeds(next)) > 0 || next.Allowed || len(next.Needs) != len(claimed) {
			t.Errorf("%s: without the observation: %+v", file, next.Needs)
		}
		if again, err := ParseObservation("f", must(MarshalObservation(o))); err != nil || len(again.Endpoints) != len(o.Endpoints) {
			t.Errorf("%s: written and read again: %s", file, explain(err))
		}
	}
	for _, want := range phasesWithNeeds() {
		if !slices.Contains(files, want) {
			t.Errorf("the page has no example for %s", want)
		}
	}
}

func metNeeds(m NextMove) []string {
	var met []string
	for _, r := range m.Needs {
		if r.Met {
			met = append(met, string(r.Need))
		}
	}
	return met
}

// phasesWithNeeds are the fixtures whose next phase needs something.
func phasesWithNeeds() []string {
	list := []string{"bundle/stable-after.yaml"}
	for _, p := range Paths {
		dir := p.Kind
		if p.Strategy != "" {
			dir = p.Strategy
		}
		for i, s := range p.Steps {
			if len(s.Needs) > 0 {
				list = append(list, dir+"/"+p.Steps[i-1].Name+".yaml")
			}
		}
	}
	return list
}
