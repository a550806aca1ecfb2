package guard

import (
	"bytes"
	"fmt"
	"path"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// judgePinnedWords judges what lies beside the state at a new pin and speaks for the
// member in later changes: whose keys sign its evidence, and observations. Nobody
// reviewed that commit, and whoever made it could have both vouch for them.
func (g *judgement) judgePinnedWords(was, is fleet.Member) {
	keys := g.signersAtPin(was)
	if !bytes.Equal(keys, g.signersAtPin(is)) {
		g.r.fail(problem.PRGuardSigners.With().In(sink.Name(is.Repository + ":" + path.Join(path.Dir(fleet.Clean(is.State)), g.Signers))))
	}
	brought, err := g.evidenceAtPin(was, is)
	if err != nil {
		g.r.fail(problem.PRGuardPin.With(is.Name, "the observations beside its state cannot be compared: "+problem.Of(err)[0].Text))
		return
	}
	for _, o := range brought {
		called := sink.Code(o.name) + " of member " + sink.Code(is.Name)
		if len(evidence.Signers(keys)) == 0 {
			g.r.notes = append(g.r.notes, "**the pin brings observation "+called+"**, and no key for evidence is listed: it counts for the waits of the member")
			continue
		}
		_, why, err := g.signerOfText(o.text, evidence.Signers(keys))
		if why != nil {
			err = why
		}
		if err != nil {
			g.r.fail(problem.PRGuardEvidence.With("whoever made the pinned commit", sink.Markdown(problem.Of(err)[0].Text)).In(sink.Name(is.Repository + ":" + o.name)))
		}
	}
}

// pinnedFile is a file at a pinned commit.
type pinnedFile struct {
	name string
	text []byte
}

// evidenceAtPin are the observations beside the state that the new pin has and the old
// one has not, or not with these bytes.
func (g *judgement) evidenceAtPin(was, is fleet.Member) (brought []pinnedFile, err error) {
	r, err := g.clones().Open(is.Repository)
	if err != nil {
		return nil, nil // the commit is one of this repository, whose change is judged by itself
	}
	names, err := r.FilesIn(is.Commit, path.Join(path.Dir(fleet.Clean(is.State)), base.EvidenceFolder))
	if len(names) > maxBrought {
		return nil, problem.PRGuardUnreadable.With("change", fmt.Sprintf("%d observations, and at most %d are judged", len(names), maxBrought))
	}
	for _, name := range names {
		if !base.IsEvidenceName(is.Name, path.Base(name)) {
			continue
		}
		text, errNew := r.At(is.Commit, name, base.MaxObservation)
		before, errOld := r.At(was.Commit, name, base.MaxObservation)
		if errNew != nil {
			return nil, base.GitProblem(errNew)
		}
		if errOld != nil || !bytes.Equal(text, before) {
			brought = append(brought, pinnedFile{name, text})
		}
	}
	return slices.Clip(brought), base.GitProblem(err)
}
