package proposal

import (
	"bytes"
	"reflect"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
)

// proofOf says why a commit may be taken over: this clone recorded that it made
// it for the branch and nothing else since, or one with the same move; or a key signed
// it that the base branch allows.
// It is "" for all others.
func (c *call) proofOf(h *plan.Head) (string, error) {
	recorded, err := c.Repo.Recorded(h.Branch, h.Commit)
	if err == nil && !recorded {
		recorded, err = c.sameAsRecorded(h)
	}
	if err != nil || recorded {
		return plan.RecordedHere, base.GitProblem(err)
	}
	if h.Replaced, err = c.Repo.ReplacedBy(h.Branch, h.Commit); err != nil || h.Replaced != "" {
		return "", base.GitProblem(err) // whoever signed it: it was made anew here because it is not wanted
	}
	allowed, ok, err := c.Repo.Regular(c.Tip, c.SignersFile(), statefile.MaxSize)
	if err != nil || !ok {
		return "", base.GitProblem(err)
	}
	who, err := c.Repo.Signer(h.Commit, allowed, c.Instant)
	if err != nil || who == "" {
		return "", base.GitProblem(err)
	}
	return "signed by " + who, nil
}

// sameAsRecorded reports whether all that would be taken over from a head is
// what this clone recorded for its branch, as after a rebase on the forge.
func (c *call) sameAsRecorded(h *plan.Head) (bool, error) {
	made, err := c.Repo.Made(h.Branch)
	own := made[h.Branch]
	if err != nil || own == "" {
		return false, err
	}
	ours, err := c.stateAt(own)
	if err != nil || ours == nil || !reflect.DeepEqual(ours.Status, h.Next.Status) {
		return false, nil
	}
	for _, name := range h.Carries {
		is, _, err := c.Repo.Regular(h.Commit, name, base.MaxObservation)
		if err != nil {
			return false, err
		}
		was, _, err := c.Repo.Regular(own, name, base.MaxObservation)
		if err != nil || !bytes.Equal(is, was) {
			return false, err
		}
	}
	recorded, err := c.Repo.Inspect(own)
	h.Material = recorded.Trailers[text.TrailerMaterial] // the head's own may say anything
	return err == nil, err
}
