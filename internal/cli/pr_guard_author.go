package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// judgeAuthors says whose word each observation is that the change brings. Where
// the base branch lists keys for evidence, one that none of them signed is a
// finding; without such a list it is a note.
func (g *guardCall) judgeAuthors(next *state.Rotation) error {
	names := g.broughtEvidence(next)
	if len(names) == 0 {
		return nil
	}
	list, _, err := g.repo.Regular(g.tip, g.signersFile(), maxState)
	if err != nil {
		return g.gitProblem(err)
	}
	head, err := g.repo.Inspect(g.head)
	if err != nil {
		return g.gitProblem(err)
	}
	for _, name := range names {
		if err := g.judgeAuthor(name, code(head.Committer), evidence.Signers(list)); err != nil {
			return err
		}
	}
	return nil
}

func (g *guardCall) judgeAuthor(name, committer string, keys []byte) error {
	if len(keys) == 0 {
		g.r.notes = append(g.r.notes, fmt.Sprintf("observation %s is as committed by %s, unverified: the base branch lists no key for evidence", code(name), committer))
		return nil
	}
	text, signature, err := readSigned(filepath.FromSlash(g.at(name)))
	if err != nil { // also said where it is read
		g.r.fail(problem.PRGuardEvidence.With(committer, plain(problem.Of(err)[0].Text)).In(shownName(name)))
		return nil
	}
	who, why, err := g.signerOf(text, signature, keys)
	switch {
	case err != nil:
		return err
	case why != nil:
		g.r.fail(problem.PRGuardEvidence.With(committer, why.Text).In(shownName(name)))
	default:
		who, _, _ = strings.Cut(who, ", key ") // the name that the base branch lists says enough
		g.r.notes = append(g.r.notes, fmt.Sprintf("observation %s is signed by %s", code(name), code(who)))
	}
	return nil
}

// broughtEvidence are the observations that the change brings or changes: those
// beside the state, and those of linked clusters.
func (g *guardCall) broughtEvidence(next *state.Rotation) (names []string) {
	var linked []string
	for _, link := range next.Spec.Links {
		if link.Observation != "" {
			linked = append(linked, g.beside(link.Observation))
		}
	}
	for _, name := range g.differs {
		if (g.isEvidence(name) || slices.Contains(linked, name)) && g.after.Has(name) {
			names = append(names, name)
		}
	}
	return names
}
