package guard

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// judgeSigner says whose word an observation of the merge is, and whether one of the keys
// for evidence signed it; called is what it is called in notes.
func (g *judgement) judgeSigner(name, called, committer string, keys []byte) (signed bool, err error) {
	if len(keys) == 0 {
		g.r.noteUnverified(called, committer)
		return false, nil
	}
	who, why, err := g.signerOf(name, keys)
	switch {
	case err != nil:
		return false, err
	case why != nil:
		g.r.fail(problem.PRGuardEvidence.With(committer, sink.Markdown(why.Text)).In(sink.Name(name)))
		return false, nil
	}
	g.r.noteSigned(called, who)
	return true, nil
}

func (r *Report) noteSigned(called, who string) {
	r.notes = append(r.notes, fmt.Sprintf("observation %s is signed by %s", called, sink.Code(who)))
}

// signersAtPin is the list beside the state of a member of another repository, at the
// commit that the base pins; nil where nothing has it.
func (g *judgement) signersAtPin(m fleet.Member) []byte {
	if m.Repository == "" || m.Commit == "" {
		return nil
	}
	r, err := g.clones().Open(m.Repository)
	if err != nil {
		return nil
	}
	list, err := r.At(m.Commit, path.Join(path.Dir(fleet.Clean(m.State)), g.Signers), statefile.MaxSize)
	if err != nil {
		return nil
	}
	return list
}

// signerOf says which of the keys signed an observation of the merge, or why none did.
func (g *judgement) signerOf(name string, keys []byte) (who string, why *problem.Problem, err error) {
	text, ok := g.fileOf(g.after, name, "change", base.MaxObservation)
	if !ok {
		return "", problem.EvidenceUnsigned.With(), nil
	}
	return g.signerOfText(text, keys)
}

func (g *judgement) signerOfText(text, keys []byte) (who string, why *problem.Problem, err error) {
	body, signature, err := evidence.Split(text)
	var p *problem.Problem
	if errors.As(err, &p) {
		return "", p, nil
	}
	if err != nil {
		return "", nil, err
	}
	who, why, err = base.SignerOf(body, signature, keys, g.Instant)
	who, _, _ = strings.Cut(who, ", key ")
	return who, why, err
}
