package proposal

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// inspect reads the head of a branch, and whether it is as this command left it.
func (c *call) inspect(branch, commit string) (*plan.Head, error) {
	h, d, err := c.read(branch, commit)
	if err != nil {
		return nil, err
	}
	file, regular, err := c.Repo.Regular(commit, c.State, statefile.MaxSize)
	if err != nil {
		return nil, base.GitProblem(err)
	}
	if regular {
		h.Digest = text.Digest(file)
	}
	if h.Foreign, err = c.foreign(branch, d, h.Digest); err != nil || h.Foreign != "" {
		return h, base.GitProblem(err)
	}
	h.Parent = d.Parents[0]
	if h.Next, err = c.stateAt(commit); err == nil {
		h.Before, err = c.stateBefore(h.Parent)
	}
	if err != nil || h.Next == nil || h.Before == nil || text.Branch(h.Next) != branch {
		h.Foreign = "its state is not that of the branch"
		return h, nil
	}
	if h.Carries, h.Foreign, err = c.carried(h); err != nil || h.Foreign != "" {
		return h, err
	}
	h.Proof, err = c.proofOf(h)
	return h, err
}

// read is the head of a branch as its commit says.
func (c *call) read(branch, commit string) (*plan.Head, repo.Details, error) {
	err := c.Repo.Fetch(c.Remote, branch, commit, 2)
	var d repo.Details
	if err == nil {
		d, err = c.Repo.Inspect(commit)
	}
	return &plan.Head{Branch: branch, Commit: d.Commit, Tree: d.Tree, Subject: d.Subject, Committer: d.Committer,
		Material: d.Trailers[text.TrailerMaterial]}, d, base.GitProblem(err)
}

// foreign says why a commit, with a state file of this digest, is not one of ours, as we
// made it.
func (c *call) foreign(branch string, d repo.Details, digest string) (string, error) {
	named := fmt.Sprintf("l5d-pki/%s/%s-%s", d.Trailers[text.TrailerRotation], d.Trailers[text.TrailerEpoch], d.Trailers[text.TrailerPhase])
	why, err := c.edited(branch, named, d)
	switch {
	case err != nil || why != "":
		return why, err
	case digest == "":
		return "its " + c.State + " is not a regular file", nil
	case digest != d.Trailers[text.TrailerState]:
		return "it was made for another state file than " + c.State + " (two states need two names, and one that moved a new pull request)", nil
	}
	return "", nil
}

// edited says why a commit is not one that this command made for a branch, or not as it
// was made; named is the branch that its trailers name.
func (c *call) edited(branch, named string, d repo.Details) (string, error) {
	switch {
	case len(d.Parents) != 1:
		return "it is a merge", nil
	case named != branch:
		return "it was not made by this command", nil
	case d.Parents[0] != d.Trailers[text.TrailerBase] && !c.Repo.Contains(c.Tip, d.Parents[0]):
		return "it stands on commits that " + c.Branch + " does not have", nil
	}
	seal, err := c.Repo.Seal(d.Parents[0], d.Commit)
	if err == nil && seal != d.Trailers[text.TrailerChanges] {
		return "its files were changed after it was made", nil
	}
	return "", err
}

// stateAt is the state at a commit, nil where there is none.
func (c *call) stateAt(commit string) (*state.Rotation, error) {
	text, ok, err := c.Repo.File(commit, c.State)
	if err != nil || !ok {
		return nil, err
	}
	return state.Parse(c.State, text)
}

// stateBefore is the state that a branch was made from, nil where there is none.
func (c *call) stateBefore(commit string) (*state.Rotation, error) {
	text, ok, err := c.Repo.File(commit, c.State)
	if err != nil || !ok {
		return nil, err
	}
	return state.ParseLegacy(c.State, text)
}
