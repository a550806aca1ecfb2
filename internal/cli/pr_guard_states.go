package cli

import (
	"bytes"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// read gives the state at a path of a tree; nil where there is none. Where it is
// there and cannot be judged, ok is false and there is a finding.
func (g *guardCall) read(t *repo.Tree, name, side string) (s *state.Rotation, ok bool) {
	e, err := t.Find(name)
	switch {
	case errors.Is(err, repo.ErrAbsent):
		return nil, true
	case err != nil:
		g.r.fail(problem.PRGuardNotFile.With(err, side).In(name))
		return nil, false
	}
	text, err := g.repo.Read(e, maxState)
	if err != nil {
		g.r.fail(problem.PRGuardUnreadable.With(side, err).In(name))
		return nil, false
	}
	parse := g.parseHead
	if side == "base" {
		g.text, parse = text, state.ParseLegacy
	}
	if s, err = parse(name, text); err != nil {
		problems := problem.Of(err)
		if side == "base" {
			problems = problems.Under("at " + g.base)
		}
		g.r.findings = append(g.r.findings, problems...)
		return nil, false
	}
	return s, true
}

// judgeState judges the state of the merge against the base's, its key files and
// its outputs. A state that either side lacks is not passed over.
func (g *guardCall) judgeState() error {
	was, okBefore := g.read(g.before, g.state, "base")
	is, okAfter := g.read(g.after, g.state, "change")
	g.now = was
	for _, s := range []*state.Rotation{was, is} {
		if s != nil {
			g.r.name = s.Metadata.Name
		}
	}
	switch {
	case !okBefore || !okAfter:
		return nil
	case was == nil && is == nil:
		return g.judgeNothing()
	case is == nil:
		return g.judgeGone(was)
	case was == nil:
		if err := g.judgeAdoption(is); err != nil {
			return err
		}
	default:
		if err := g.judgeNamesakes(is, g.differs); err != nil {
			return err
		}
	}
	return g.judgeNext(is)
}

// judgeNext judges the state that the merge brings, with what belongs to it.
func (g *guardCall) judgeNext(is *state.Rotation) error {
	if err := g.materialize(is); err != nil {
		return err
	}
	g.noteLinked(is)
	if g.linksJudged(is) && g.now != nil {
		if err := g.judgeMove(is); err != nil {
			return err
		}
	}
	if err := g.judgeKeyFiles(is); err != nil {
		return err
	}
	if err := g.guardOutputs(is); err != nil {
		return err
	}
	return g.judgeAround(is)
}

// judgeNothing: neither side has the state.
func (g *guardCall) judgeNothing() error {
	found, err := g.statesIn(g.before, slices.DeleteFunc(slices.Clone(g.before.Files()), func(name string) bool { return !isYAML(name) }))
	if err != nil {
		return err
	}
	brought, err := g.statesIn(g.after, g.differs)
	if err != nil {
		return err
	}
	maps.Copy(found, brought)
	names := slices.Sorted(maps.Keys(found))
	if !g.f.guarding.allowNoState {
		p := problem.PRGuardNoState.With(g.base).In(g.state)
		for _, name := range names {
			p.Hint("there is a state file at %s", shownName(name))
		}
		g.r.fail(p)
		return nil
	}
	for _, name := range names {
		if !slices.ContainsFunc(g.f.guarding.others, func(other string) bool { return path.Clean(other) == name }) {
			g.r.fail(problem.PRGuardUnnamed.With().In(shownName(name)))
		}
	}
	g.r.notes = append(g.r.notes, "neither side has the state file: nothing to judge (--allow-no-state)")
	return nil
}

// judgeGone: the change takes the state away, or moves it out of sight.
func (g *guardCall) judgeGone(was *state.Rotation) error {
	found, err := g.statesIn(g.after, g.differs)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if slices.Contains(found[name], was.Metadata.Name) {
			g.r.fail(problem.PRGuardMoved.With(was.Metadata.Name, g.state, shownName(name)).In(g.state))
			return err
		}
	}
	g.r.fail(problem.PRGuardGone.With().In(g.state))
	return err
}

// judgeAdoption: the base does not have the state. It is a first one only if the
// base's other states stay where they are, and none of them has its name.
func (g *guardCall) judgeAdoption(is *state.Rotation) error {
	others, err := g.statesIn(g.before, slices.DeleteFunc(slices.Clone(g.before.Files()), func(name string) bool { return !isYAML(name) }))
	if err != nil {
		return err
	}
	stays, err := g.statesIn(g.after, slices.Collect(maps.Keys(others)))
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(others)) {
		_, there := stays[name]
		switch {
		case there && slices.Contains(others[name], is.Metadata.Name):
			g.r.fail(problem.PRGuardTwice.With(is.Metadata.Name, shownName(name)).In(g.state))
		case there:
		case slices.Contains(others[name], is.Metadata.Name):
			g.r.fail(problem.PRGuardMoved.With(is.Metadata.Name, shownName(name), g.state).In(g.state))
			if g.now, _ = g.read(g.before, name, "base"); g.now != nil {
				g.wasName = name
			}
		default:
			g.r.fail(problem.PRGuardGone.With().In(shownName(name)))
		}
	}
	if g.now == nil {
		g.r.notes = append(g.r.notes, "**the change brings the state file**: there is nothing before it to judge by. "+trusts(is)+"; compare the fingerprints with what the mesh has")
	}
	return g.judgeNamesakes(is, g.differs)
}

// trusts says what a state that comes out of nowhere makes the mesh trust.
func trusts(s *state.Rotation) string {
	var all []string
	for _, a := range s.Bundle() {
		text := code(a.Name)
		if chain, err := pki.ParseChain([]byte(a.Certificate)); err == nil {
			text += " (SHA-256 " + code(chain[0].Fingerprint()) + ")"
		}
		all = append(all, text)
	}
	return "It trusts " + strings.Join(all, ", ")
}

// judgeNamesakes: nothing else of the change is a state of the same name.
func (g *guardCall) judgeNamesakes(is *state.Rotation, names []string) error {
	found, err := g.statesIn(g.after, names)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if name != g.state && slices.Contains(found[name], is.Metadata.Name) {
			g.r.fail(problem.PRGuardTwice.With(is.Metadata.Name, g.state).In(shownName(name)))
		}
	}
	return err
}

// statesIn finds the state files of this tool among names, with the names of
// their meshes: one document may say several.
func (g *guardCall) statesIn(t *repo.Tree, names []string) (map[string][]string, error) {
	found := map[string][]string{}
	err := g.texts(t, names, maxState, func(name string, text []byte) {
		if meshes, is := meshesOf(text); is {
			found[name] = meshes
		}
	})
	return found, g.gitProblem(err)
}

// meshesOf gives every metadata.name of a state file, also of one that is damaged.
func meshesOf(text []byte) (meshes []string, is bool) {
	meshes, err := state.Names(text)
	damaged := err != nil && bytes.Contains(text, []byte("kind: "+state.Kind))
	return meshes, len(meshes) > 0 || damaged
}
