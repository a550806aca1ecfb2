package proposal

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// head is the head of a branch that bears a name of ours.
type head struct {
	branch  string
	details repo.Details
	// foreign says why the commit is not this tool's, or not as the tool made it;
	// "" if it is.
	foreign string
	// proof says how this call knows that the commit may be taken over; "" if it
	// does not: anybody can make the trailers.
	proof string
	// carries are the files that go with the move, see carried.
	carries []string
	remade  bool // was compared with what its state gives
	// next is the state at the head, before that of its parent; nil if foreign.
	next, before *state.Rotation
}

// epochIn reads the epoch from a branch's name; ok is false for other branches.
func (c *call) epochIn(branch string) (epoch int64, ok bool) {
	rest, ours := strings.CutPrefix(branch, c.prefix())
	number, phase, cut := strings.Cut(rest, "-")
	epoch, err := strconv.ParseInt(number, 10, 64)
	return epoch, ours && cut && phase != "" && err == nil
}

// inspect reads the head of a branch, and whether it is as this command left it.
func (c *call) inspect(branch, commit string) (*head, error) {
	if err := c.Repo.Fetch(c.Remote, branch, commit, 2); err != nil {
		return nil, base.GitProblem(err)
	}
	d, err := c.Repo.Inspect(commit)
	if err != nil {
		return nil, base.GitProblem(err)
	}
	h := &head{branch: branch, details: d}
	if h.foreign, err = c.foreign(branch, d); err != nil || h.foreign != "" {
		return h, base.GitProblem(err)
	}
	if h.next, err = c.stateAt(commit); err == nil {
		h.before, err = c.stateBefore(d.Parents[0])
	}
	if err != nil || h.next == nil || h.before == nil || text.Branch(h.next) != branch {
		h.foreign = "its state is not that of the branch"
		return h, nil
	}
	if h.carries, h.foreign, err = c.carried(h); err != nil || h.foreign != "" {
		return h, err
	}
	h.proof, err = c.proofOf(h)
	return h, err
}

// foreign says why a commit is not one of ours, as we made it.
func (c *call) foreign(branch string, d repo.Details) (string, error) {
	named := fmt.Sprintf("l5d-pki/%s/%s-%s", d.Trailers[text.TrailerRotation], d.Trailers[text.TrailerEpoch], d.Trailers[text.TrailerPhase])
	switch {
	case len(d.Parents) != 1:
		return "it is a merge", nil
	case named != branch:
		return "it was not made by this command", nil
	case d.Parents[0] != d.Trailers[text.TrailerBase] && !c.Repo.Contains(c.Tip, d.Parents[0]):
		return "it stands on commits that " + c.Branch + " does not have", nil
	}
	file, regular, err := c.Repo.Regular(d.Commit, c.State, statefile.MaxSize)
	if err != nil {
		return "", err
	}
	seal, err := c.Repo.Seal(d.Parents[0], d.Commit)
	switch {
	case err != nil:
		return "", err
	case seal != d.Trailers[text.TrailerChanges]:
		return "its files were changed after it was made", nil
	case !regular:
		return "its " + c.State + " is not a regular file", nil
	case text.Digest(file) != d.Trailers[text.TrailerState]:
		return "it was made for another state file than " + c.State + " (two states need two names, and one that moved a new pull request)", nil
	}
	return "", nil
}

// stateAt is the state at a commit, nil where there is none.
func (c *call) stateAt(commit string) (*state.Rotation, error) {
	text, ok, err := c.Repo.File(commit, c.State)
	if err != nil || !ok {
		return nil, err
	}
	return state.Parse(c.State, text)
}

// words name the commit for people.
func (h *head) words() string {
	return fmt.Sprintf("%s %q by %s: %s", h.details.Commit[:12], h.details.Subject, h.details.Committer, h.foreign)
}

// holds tells whether the head's move can be kept: it was made from the state
// that the base still has, and what spec says of the mesh is the same. Outputs
// and links may differ: the files are written anew.
func (h *head) holds(base *state.Rotation) bool {
	if h.foreign != "" {
		return false
	}
	was, is := h.before.Clone(), base.Clone()
	was.Spec.Outputs, is.Spec.Outputs, was.Spec.Links, is.Spec.Links = nil, nil, nil, nil
	return reflect.DeepEqual(was.Spec, is.Spec) && reflect.DeepEqual(was.Status, is.Status)
}

// prepared tells whether the head's move was made ahead of its gate.
func (h *head) prepared() bool {
	last, ok := h.next.LastEntry()
	return ok && rotation.Prepared(last)
}

// candidates are the heads of the remote that a change of the base's state may
// be in: those of the next epoch, and what an earlier call made and could not push.
func (c *call) candidates() (map[string]string, error) {
	found, err := c.Repo.Made(c.prefix())
	if err != nil {
		return nil, base.GitProblem(err)
	}
	if err := c.addPending(found); err != nil {
		return nil, err
	}
	for branch, commit := range c.Branches.Heads {
		found[branch] = commit
	}
	for branch := range found {
		if epoch, ours := c.epochIn(branch); !ours || epoch != c.Now.Status.Epoch+1 {
			delete(found, branch)
		}
	}
	return found, nil
}

// stateBefore is the state that a branch was made from, nil where there is none.
func (c *call) stateBefore(commit string) (*state.Rotation, error) {
	text, ok, err := c.Repo.File(commit, c.State)
	if err != nil || !ok {
		return nil, err
	}
	return state.ParseLegacy(c.State, text)
}
