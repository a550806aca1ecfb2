package guard

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// maxBrought is how many observations one change may bring: a move takes one for each
// cluster, and every signature is verified by a program.
const maxBrought = 100

// maxCommitter is how much of a committer's name is shown, in characters.
const maxCommitter = 200

// judgeAuthors says whose word each observation is that the change brings. Where
// the base branch lists keys for evidence, one that none of them signed is a
// finding; without such a list it is a note.
func (g *judgement) judgeAuthors(next *state.Rotation) error {
	return g.judgeEach(g.broughtEvidence(next), func(name, committer string, keys []byte) error {
		linked := slices.ContainsFunc(next.Spec.Links, func(l state.Link) bool { return g.Beside(l.Observation) == name })
		if g.q.Evidence.Observe != nil && g.IsEvidence(name) && !linked {
			return g.judgeBesideOwn(name, committer, keys)
		}
		return g.judgeAuthor(name, committer, keys)
	})
}

// judgeEach judges so many observations as one change may bring, if there are any.
func (g *judgement) judgeEach(names []string, judge func(name, committer string, keys []byte) error) error {
	switch {
	case len(names) == 0:
		return nil
	case len(names) > maxBrought:
		g.r.fail(problem.PRGuardUnreadable.With("change", fmt.Sprintf("it brings %d observations, and at most %d are judged", len(names), maxBrought)).In(sink.Name(g.Beside(base.EvidenceFolder))))
		return nil
	}
	keys, ok := g.evidenceKeys()
	if !ok {
		return nil
	}
	committer, err := g.committer()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := judge(name, committer, keys); err != nil {
			return err
		}
	}
	return nil
}

// committer is who made the head, for notes.
func (g *judgement) committer() (string, error) {
	head, err := g.Repo.Inspect(g.head)
	return sink.Code(sink.Cut(head.Committer, "", maxCommitter)), base.GitProblem(err)
}

// noteUnverified: nothing says whose word an observation is but who committed it.
func (r *Report) noteUnverified(called, committer string) {
	r.notes = append(r.notes, fmt.Sprintf("observation %s is as committed by %s, unverified: the base branch lists no key for evidence", called, committer))
}

func (g *judgement) judgeAuthor(name, committer string, keys []byte) error {
	if len(keys) == 0 {
		g.r.noteUnverified(sink.Code(name), committer)
		return nil
	}
	text, signature, err := base.ReadSigned(filepath.FromSlash(g.Path(name)))
	if err != nil { // also said where it is read
		g.r.fail(problem.PRGuardEvidence.With(committer, sink.Markdown(problem.Of(err)[0].Text)).In(sink.Name(name)))
		return nil
	}
	who, why, err := base.SignerOf(text, signature, keys, g.Instant)
	switch {
	case err != nil:
		return err
	case why != nil:
		g.r.fail(problem.PRGuardEvidence.With(committer, why.Text).In(sink.Name(name)))
	default:
		who, _, _ = strings.Cut(who, ", key ") // the name that the base branch lists says enough
		g.r.notes = append(g.r.notes, fmt.Sprintf("observation %s is signed by %s", sink.Code(name), sink.Code(who)))
	}
	return nil
}

// judgeBesideOwn: the guard has an observation of its own, and counts another one
// only if a key for evidence signed it. One that nobody signed is no fault then.
func (g *judgement) judgeBesideOwn(name, committer string, keys []byte) error {
	text, signature, err := base.ReadSigned(filepath.FromSlash(g.Path(name)))
	if err == nil && len(keys) > 0 {
		who, why, err := base.SignerOf(text, signature, keys, g.Instant)
		if err != nil {
			return err
		}
		if why == nil {
			g.signed[name] = true
			who, _, _ = strings.Cut(who, ", key ")
			g.r.notes = append(g.r.notes, fmt.Sprintf("observation %s is signed by %s", sink.Code(name), sink.Code(who)))
			return nil
		}
	}
	later := "nor later, as long as no listed key has signed it"
	if len(keys) == 0 {
		later = "but once it is merged, waits are counted from it: the base branch lists no key for evidence"
	}
	g.r.notes = append(g.r.notes, fmt.Sprintf("observation %s is as committed by %s, unverified: it opens nothing beside what this guard observed itself, %s",
		sink.Code(name), committer, later))
	return nil
}

// broughtEvidence are the observations that the change brings or changes: those
// beside the state, and those of linked clusters. One that only a link of the change
// makes evidence, or that the state moves beside, is brought by it, also where its file
// was there.
func (g *judgement) broughtEvidence(next *state.Rotation) (names []string) {
	var linked []string
	for _, link := range next.Spec.Links {
		if link.Observation != "" {
			name := g.Beside(link.Observation)
			linked = append(linked, name)
			known := slices.ContainsFunc(g.Now.Spec.Links, func(l state.Link) bool {
				return l.Name == link.Name && g.besideBase(l.Observation) == name
			})
			if !known && g.after.Has(name) && !slices.Contains(g.differs, name) {
				names = append(names, name)
			}
		}
	}
	if g.wasName != g.State { // what was beside nothing before
		for _, name := range evidenceIn(g.after, g.Now.Metadata.Name, g.State) {
			if !slices.Contains(g.differs, name) {
				names = append(names, name)
			}
		}
	}
	for _, name := range g.differs {
		if (g.IsEvidence(name) || slices.Contains(linked, name)) && g.after.Has(name) {
			names = append(names, name)
		}
	}
	return names
}
