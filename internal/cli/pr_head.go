package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Trailers of a commit that this command made. State-Sha256 is over the state
// file; Base is the commit that the change was made on, and Changes-Sha256 seals
// what it changed: with them a commit that was amended is found. They are no
// proof of who made it, see proofOf. Material says where a start's certificates
// come from.
const (
	trailerRotation = "L5d-Pki-Rotation"
	trailerPhase    = "L5d-Pki-Phase"
	trailerEpoch    = "L5d-Pki-Epoch"
	trailerState    = "L5d-Pki-State-Sha256"
	trailerBase     = "L5d-Pki-Base"
	trailerChanges  = "L5d-Pki-Changes-Sha256"
	trailerMaterial = "L5d-Pki-Material"
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

// branchOf is the name of the branch for a state: the key by which a change is
// found again.
func branchOf(s *state.Rotation) string {
	return fmt.Sprintf("l5d-pki/%s/%d-%s", s.Metadata.Name, s.Status.Epoch, s.Status.Phase)
}

// epochIn reads the epoch from a branch's name; ok is false for other branches.
func (c *prCall) epochIn(branch string) (epoch int64, ok bool) {
	rest, ours := strings.CutPrefix(branch, c.prefix())
	number, phase, cut := strings.Cut(rest, "-")
	epoch, err := strconv.ParseInt(number, 10, 64)
	return epoch, ours && cut && phase != "" && err == nil
}

// inspect reads the head of a branch, and whether it is as this command left it.
func (c *prCall) inspect(branch, commit string) (*head, error) {
	if err := c.repo.Fetch(c.remote, branch, commit, 2); err != nil {
		return nil, c.gitProblem(err)
	}
	d, err := c.repo.Inspect(commit)
	if err != nil {
		return nil, c.gitProblem(err)
	}
	h := &head{branch: branch, details: d}
	if h.foreign, err = c.foreign(branch, d); err != nil || h.foreign != "" {
		return h, c.gitProblem(err)
	}
	if h.next, err = c.stateAt(commit); err == nil {
		h.before, err = c.stateBefore(d.Parents[0])
	}
	if err != nil || h.next == nil || h.before == nil || branchOf(h.next) != branch {
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
func (c *prCall) foreign(branch string, d repo.Details) (string, error) {
	named := fmt.Sprintf("l5d-pki/%s/%s-%s", d.Trailers[trailerRotation], d.Trailers[trailerEpoch], d.Trailers[trailerPhase])
	switch {
	case len(d.Parents) != 1:
		return "it is a merge", nil
	case named != branch:
		return "it was not made by this command", nil
	case d.Parents[0] != d.Trailers[trailerBase] && !c.repo.Contains(c.tip, d.Parents[0]):
		return "it stands on commits that " + c.base + " does not have", nil
	}
	text, regular, err := c.repo.Regular(d.Commit, c.state, maxState)
	if err != nil {
		return "", err
	}
	seal, err := c.repo.Seal(d.Parents[0], d.Commit)
	switch {
	case err != nil:
		return "", err
	case seal != d.Trailers[trailerChanges]:
		return "its files were changed after it was made", nil
	case !regular:
		return "its " + c.state + " is not a regular file", nil
	case digest(text) != d.Trailers[trailerState]:
		return "it was made for another state file than " + c.state + " (two states need two names, and one that moved a new pull request)", nil
	}
	return "", nil
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// stateAt is the state at a commit, nil where there is none.
func (c *prCall) stateAt(commit string) (*state.Rotation, error) {
	text, ok, err := c.repo.File(commit, c.state)
	if err != nil || !ok {
		return nil, err
	}
	return state.Parse(c.state, text)
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
	last, ok := lastEntry(h.next)
	return ok && rotation.Prepared(last)
}

// candidates are the heads of the remote that a change of the base's state may
// be in: those of the next epoch, and what an earlier call made and could not push.
func (c *prCall) candidates() (map[string]string, error) {
	found, err := c.repo.Made(c.prefix())
	if err != nil {
		return nil, c.gitProblem(err)
	}
	if err := c.addPending(found); err != nil {
		return nil, err
	}
	for branch, commit := range c.branches.Heads {
		found[branch] = commit
	}
	for branch := range found {
		if epoch, ours := c.epochIn(branch); !ours || epoch != c.now.Status.Epoch+1 {
			delete(found, branch)
		}
	}
	return found, nil
}
