package guard

import (
	"bytes"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// read gives the state at a path of a tree; nil where there is none. Where it is
// there and cannot be judged, ok is false and there is a finding.
func (g *judgement) read(t *repo.Tree, name, side string) (s *state.Rotation, ok bool) {
	e, err := t.Find(name)
	switch {
	case errors.Is(err, repo.ErrAbsent):
		return nil, true
	case err != nil:
		g.r.fail(problem.PRGuardNotFile.With(err, side).In(name))
		return nil, false
	}
	text, err := g.Repo.Read(e, statefile.MaxSize)
	if err != nil {
		g.r.fail(problem.PRGuardUnreadable.With(side, err).In(name))
		return nil, false
	}
	parse := g.parseHead
	if side == "base" {
		g.Text, parse = text, state.ParseLegacy
	}
	if s, err = parse(name, text); err != nil {
		problems := problem.Of(err)
		if side == "base" {
			problems = problems.Under("at " + g.Branch)
		}
		g.r.findings = append(g.r.findings, problems...)
		return nil, false
	}
	if side != "base" && !statefile.MayBe(name) {
		p := problem.PRGuardUnreadable.With(side, "the name of a state file ends with .yaml, .yml or .json, or has no dot: guards of other states would not find this one")
		g.r.fail(p.In(sink.Name(name)).Hint("rename it: `git mv`"))
		return nil, false
	}
	return s, true
}

// parseHead reads the state of a pull request. Its log has fields; only a file
// that is the base's, byte for byte, may still have an old one.
func (g *judgement) parseHead(name string, text []byte) (*state.Rotation, error) {
	if g.Base.Text != nil && bytes.Equal(text, g.Base.Text) {
		return state.ParseLegacy(name, text)
	}
	return state.Parse(name, text)
}

// judgeState judges the state of the merge against the base's, its key files and
// its outputs. A state that either side lacks is not passed over.
func (g *judgement) judgeState() error {
	was, okBefore := g.read(g.before, g.State, "base")
	is, okAfter := g.read(g.after, g.State, "change")
	g.Now, g.next = was, is
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
func (g *judgement) judgeNext(is *state.Rotation) error {
	if err := g.materialize(is); err != nil {
		return err
	}
	g.noteLinked(is)
	g.judgeMoved(is)
	g.noteBrought(is)
	if g.linksJudged(is) && g.Now != nil {
		if err := g.judgeLanded(g.Now, is); err != nil {
			return err
		}
		if err := g.judgeMove(is); err != nil {
			return err
		}
	}
	if g.Now == nil {
		if err := g.judgeFleetBeside(); err != nil {
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
func (g *judgement) judgeNothing() error {
	found, err := g.statesIn(g.before, slices.DeleteFunc(slices.Clone(g.before.Files()),
		func(name string) bool { return !statefile.MayBe(name) }))
	if err != nil {
		return err
	}
	brought, err := g.statesIn(g.after, g.differs)
	if err != nil {
		return err
	}
	maps.Copy(found, brought)
	names := slices.Sorted(maps.Keys(found))
	judged, err := g.judgeFleetAlone()
	if err == nil && judged {
		err = g.judgeAroundFleet()
	}
	if err != nil {
		return err
	}
	if !g.q.AllowNoState && !judged {
		p := problem.PRGuardNoState.With(g.Branch).In(g.State)
		for _, name := range names {
			p.Hint("there is a state file at %s", sink.Name(name))
		}
		g.r.fail(p)
		return nil
	}
	for _, name := range names {
		if !slices.ContainsFunc(g.q.Others, func(other string) bool { return path.Clean(other) == name }) {
			g.r.fail(problem.PRGuardUnnamed.With().In(sink.Name(name)))
		}
	}
	if !judged {
		g.r.notes = append(g.r.notes, "neither side has the state file: nothing to judge (--allow-no-state)")
	}
	return nil
}

// judgeGone: the change takes the state away, or moves it. Then it is judged where it is
// now, since a maintainer who accepts the move accepts nothing else.
func (g *judgement) judgeGone(was *state.Rotation) error {
	found, err := g.statesIn(g.after, g.differs)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !slices.Contains(found[name], was.Metadata.Name) {
			continue
		}
		g.r.fail(problem.PRGuardMoved.With(was.Metadata.Name, g.State, sink.Name(name)).In(g.State))
		if sink.Name(name) != name { // every text of the report would have to quote it
			g.r.fail(problem.PRGuardUnreadable.With("change", "a state file has a name of letters and digits").In(sink.Name(name)))
			return nil
		}
		g.State = name
		is, ok := g.read(g.after, name, "change")
		if !ok || is == nil {
			return nil
		}
		if err := g.judgeNamesakes(is, g.differs); err != nil {
			return err
		}
		return g.judgeNext(is)
	}
	g.r.fail(problem.PRGuardGone.With().In(g.State))
	return nil
}

// judgeAdoption: the base does not have the state. It is a first one only if the
// base's other states stay where they are, and none of them has its name.
func (g *judgement) judgeAdoption(is *state.Rotation) error {
	others, err := g.statesIn(g.before, slices.DeleteFunc(slices.Clone(g.before.Files()),
		func(name string) bool { return !statefile.MayBe(name) }))
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
			g.r.fail(problem.PRGuardTwice.With(is.Metadata.Name, sink.Name(name)).In(g.State))
		case there:
		case slices.Contains(others[name], is.Metadata.Name):
			g.r.fail(problem.PRGuardMoved.With(is.Metadata.Name, sink.Name(name), g.State).In(g.State))
			if g.Now, _ = g.read(g.before, name, "base"); g.Now != nil {
				g.wasName = name
			}
		default:
			g.r.fail(problem.PRGuardGone.With().In(sink.Name(name)))
		}
	}
	if g.Now == nil {
		g.r.notes = append(g.r.notes, "**the change brings the state file**: there is nothing before it to judge by. "+trusts(is)+"; compare the fingerprints with what the mesh has")
		for _, name := range slices.Sorted(maps.Keys(is.Metadata.Annotations)) {
			g.r.notes = append(g.r.notes, "the state file has the annotation "+sink.Code(sink.Name(name+": "+is.Metadata.Annotations[name])))
		}
		if err := g.judgeFirst(is); err != nil {
			return err
		}
	}
	return g.judgeNamesakes(is, g.differs)
}

// trusts says what a state that comes out of nowhere makes the mesh trust.
func trusts(s *state.Rotation) string {
	var all []string
	for _, a := range s.Bundle() {
		text := sink.Code(a.Name)
		if chain, err := pki.ParseChain([]byte(a.Certificate)); err == nil {
			text += " (SHA-256 " + sink.Code(chain[0].Fingerprint()) + ")"
		}
		all = append(all, text)
	}
	return "It trusts " + strings.Join(all, ", ")
}

// judgeNamesakes: nothing else of the change is a state of the same name.
func (g *judgement) judgeNamesakes(is *state.Rotation, names []string) error {
	found, err := g.statesIn(g.after, names)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if name != g.State && slices.Contains(found[name], is.Metadata.Name) {
			g.r.fail(problem.PRGuardTwice.With(is.Metadata.Name, g.State).In(sink.Name(name)))
		}
	}
	return err
}

// statesIn finds the state files of this tool among names, with the names of
// their meshes: one document may say several.
func (g *judgement) statesIn(t *repo.Tree, names []string) (map[string][]string, error) {
	found := map[string][]string{}
	err := g.texts(t, names, statefile.MaxSize, func(name string, text []byte) {
		if meshes, is := keyuse.Meshes(text); is {
			found[name] = meshes
		}
	})
	return found, base.GitProblem(err)
}
