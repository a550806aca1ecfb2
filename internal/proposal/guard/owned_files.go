package guard

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// outputPaths are the files that an output names, and patterns of kind edit,
// from the top of the repository.
func outputPaths(stateName string, o state.Output) (names []string, pattern string) {
	full := path.Join(path.Dir(stateName), o.Path)
	if o.Kind == state.OutputEdit {
		return nil, full
	}
	names = []string{full}
	if o.HelmRelease != nil {
		names = append(names, path.Join(path.Dir(stateName), o.HelmRelease.Path))
	}
	return names, ""
}

// judgeDisowned: a file that an output of the base owns is owned by an output of
// the change too, or is removed. produced are the files of the change's outputs.
func (g *judgement) judgeDisowned(next *state.Rotation, produced []string) error {
	still := map[string]bool{}
	for _, name := range produced {
		still[name] = true
	}
	if g.Now == nil {
		return g.judgeMarked(next, still)
	}
	var patterns []string
	for _, o := range next.Spec.Outputs {
		_, pattern := outputPaths(g.State, o)
		patterns = append(patterns, pattern)
	}
	disowned := func(name, owner string) {
		g.r.owned = append(g.r.owned, name)
		if !still[name] && g.after.Has(name) {
			still[name] = true // said once
			g.r.fail(problem.PRGuardDisowned.With(owner).In(sink.Name(name)))
		}
	}
	for i, o := range g.Now.Spec.Outputs {
		names, pattern := outputPaths(g.wasName, o)
		for _, name := range names {
			disowned(name, fmt.Sprintf("output %d", i+1))
		}
		if pattern != "" && !slices.Contains(patterns, pattern) {
			for _, name := range g.after.Files() {
				if files.Match(strings.Split(pattern, "/"), strings.Split(name, "/")) {
					disowned(name, fmt.Sprintf("output %d (%s)", i+1, sink.Markdown(o.Path)))
				}
			}
		}
	}
	if err := g.heads(g.before, g.differs, func(name string, head []byte) {
		if bytes.HasPrefix(head, []byte(outputs.OwnedBy(g.Now))) {
			disowned(name, "an output")
		}
	}); err != nil {
		return err
	}
	return g.judgeMarked(next, still)
}

// judgeMarked: no file that the change brings bears the state's mark without being one
// of its outputs, and none that the state reads bears that of any state.
func (g *judgement) judgeMarked(next *state.Rotation, known map[string]bool) error {
	read := namedPaths(g.State, next)
	return g.heads(g.after, g.differs, func(name string, head []byte) {
		switch {
		case known[name] || !bytes.HasPrefix(head, []byte(outputs.Mark)):
		case read[name]:
			g.r.fail(problem.PRGuardMark.With().In(sink.Name(name)))
		case bytes.HasPrefix(head, []byte(outputs.OwnedBy(next))):
			g.r.fail(problem.PRGuardStale.With().In(sink.Name(name)))
		}
	})
}

// ownedPaths are the paths of the rotation on either side: what a controller, the
// next move or a later guard reads.
func (g *judgement) ownedPaths(sides ...*state.Rotation) map[string]bool {
	owned := map[string]bool{g.State: true, g.wasName: true, allowList: true, g.SignersFile(): true}
	for _, name := range g.r.owned {
		owned[name] = true
	}
	for _, s := range sides {
		if s != nil {
			from := g.State
			if s == g.Now {
				from = g.wasName
			}
			maps.Copy(owned, namedPaths(from, s))
		}
	}
	rules := g.sopsRulesOf(sides...)
	for _, c := range g.changes {
		if g.Now != nil && g.IsEvidence(c.Name) || slices.Contains(rules, c.Name) {
			owned[c.Name] = true
		}
	}
	return owned
}

// namedPaths are the paths that a state at a path names, and its own.
func namedPaths(from string, s *state.Rotation) map[string]bool {
	named := map[string]bool{from: true}
	read := append(base.KeyNames(s), s.Spec.Custody.Certificate)
	for _, link := range s.Spec.Links {
		read = append(read, link.State, link.Observation)
	}
	for _, name := range read {
		if name != "" && !path.IsAbs(name) {
			named[path.Join(path.Dir(from), name)] = true
		}
	}
	for _, o := range s.Spec.Outputs {
		names, _ := outputPaths(from, o)
		for _, name := range names {
			named[name] = true
		}
	}
	return named
}
