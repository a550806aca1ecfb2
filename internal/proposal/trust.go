package proposal

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// recordedHere is the proof of a commit that a call made in this clone.
const recordedHere = "recorded in this clone"

// proofOf says why a commit may be taken over: this clone recorded that it made
// it, or one with the same move; or a key signed it that the base branch allows.
// It is "" for all others.
func (c *call) proofOf(h *head) (string, error) {
	recorded, err := c.Repo.Recorded(h.branch, h.details.Commit)
	if err == nil && !recorded {
		recorded, err = c.sameAsRecorded(h)
	}
	if err != nil || recorded {
		return recordedHere, base.GitProblem(err)
	}
	allowed, ok, err := c.Repo.Regular(c.Tip, c.SignersFile(), statefile.MaxSize)
	if err != nil || !ok {
		return "", base.GitProblem(err)
	}
	who, err := c.Repo.Signer(h.details.Commit, allowed, c.Instant)
	if err != nil || who == "" {
		return "", base.GitProblem(err)
	}
	return "signed by " + who, nil
}

// sameAsRecorded reports whether all that would be taken over from a head is
// what this clone recorded for its branch, as after a rebase on the forge.
func (c *call) sameAsRecorded(h *head) (bool, error) {
	made, err := c.Repo.Made(h.branch)
	own := made[h.branch]
	if err != nil || own == "" {
		return false, err
	}
	if counts, err := c.Repo.Recorded(h.branch, own); err != nil || !counts {
		return false, err
	}
	ours, err := c.stateAt(own)
	if err != nil || ours == nil || !reflect.DeepEqual(ours.Status, h.next.Status) {
		return false, nil
	}
	for _, name := range h.carries {
		is, _, err := c.Repo.Regular(h.details.Commit, name, base.MaxObservation)
		if err != nil {
			return false, err
		}
		was, _, err := c.Repo.Regular(own, name, base.MaxObservation)
		if err != nil || !bytes.Equal(is, was) {
			return false, err
		}
	}
	recorded, err := c.Repo.Inspect(own)
	h.details.Trailers[text.TrailerMaterial] = recorded.Trailers[text.TrailerMaterial] // the head's own may say anything
	return err == nil, err
}

// elsewhere deals with a head that nothing proves. It returns a report where
// the branch is left as it is, nil where the move is made again from the base,
// with this call's evidence and nothing of the head.
func (c *call) elsewhere(k Ask, h *head, due []forge.Pull) (*Report, error) {
	if err := c.remade(h); err != nil {
		return nil, err
	}
	if h.foreign != "" {
		r := c.left(h, due)
		return &r, nil
	}
	settled := len(due) > 0 && h.details.Parents[0] == c.Tip && h.holds(c.Now)
	if h.starts() {
		return c.madeElsewhere(h, due, settled, nil), nil
	}
	if settled && !h.prepared() {
		return c.madeElsewhere(h, due, true, nil), nil
	}
	if !k.held && !h.prepared() {
		return nil, nil
	}
	shut := c.shut(k, h)
	switch {
	case shut != nil && settled && c.q.Ahead:
		return c.madeElsewhere(h, due, true, nil), nil
	case shut != nil && k.held && !c.q.Ahead:
		return c.madeElsewhere(h, due, false, shut), nil
	}
	return nil, nil
}

// shut says why the move cannot be made now, with this call's evidence.
func (c *call) shut(k Ask, h *head) error {
	if k.held {
		c.aimAt(k, h.next.Status.Phase)
	}
	ahead := c.q.Ahead
	defer func() { c.q.Ahead = ahead }()
	c.q.Ahead = false
	_, err := c.tried(k)
	return err
}

// aimAt makes a move that is asked for as "whatever the branch holds" lead to
// the phase of the branch.
func (c *call) aimAt(k Ask, phase string) {
	switch {
	case c.q.target(k, c.Now) == phase:
	case k.Verb == state.MoveBack && phase == state.PhaseStable:
		c.q.Abandon = true
	default:
		c.q.To = phase
	}
}

// starts reports whether the head's move is a start, which brings new material.
func (h *head) starts() bool {
	last, _ := h.next.LastEntry()
	return verbOf(last) == state.MoveStart
}

// madeElsewhere reports a branch that is left as it is. Where the pull request
// is settled, there is nothing to do.
func (c *call) madeElsewhere(h *head, due []forge.Pull, settled bool, shut error) *Report {
	r := c.left(h, due)
	r.Phase = h.next.Status.Phase
	if settled {
		r.Operation, r.Draft = OpNone, due[0].Draft
		r.Why = "the pull request is as it should be, and left as it is, since " + c.unproven(h)
		return &r
	}
	r.Why = "the branch is left alone: " + c.unproven(h)
	if shut != nil {
		for _, p := range problem.Of(shut) {
			r.Needs = append(r.Needs, p.Error())
		}
	}
	return &r
}

// unproven says why a commit is not taken over, and what to do about it.
func (c *call) unproven(h *head) string {
	return fmt.Sprintf("commit %s was made elsewhere: it is not recorded in this clone, and not signed by a key of %s at %s. "+
		"To take it over, run the command in the clone that made it, or sign it; to replace it, run `l5d-pki-render pr %s --anew`, or delete the branch",
		h.details.Commit[:12], c.SignersFile(), c.Branch, c.moveOf(h))
}

// moveOf is the move of a head as arguments of pr.
func (c *call) moveOf(h *head) string {
	last, _ := h.next.LastEntry()
	words := []string{verbOf(last)}
	if h.starts() && h.next.Status.Rotation != nil {
		words = append(words, h.next.Status.Rotation.Kind)
	}
	return strings.Join(append(words, "--state", c.State), " ")
}

// holdsOff reports a branch that may not be pushed over: somebody's commit is at
// its head, or a start whose keys this clone may not have. It is nil if it may.
func (c *call) holdsOff(branch, commit string, due []forge.Pull) (*Report, error) {
	h, err := c.inspect(branch, commit)
	if err != nil {
		return nil, err
	}
	if h.foreign == "" && h.proof == "" && !c.q.Anew {
		if h.starts() {
			return c.madeElsewhere(h, due, false, nil), nil
		}
		err = c.remade(h)
	}
	if err != nil || h.foreign == "" {
		return nil, err
	}
	r := c.left(h, due)
	return &r, nil
}

// reportOf is the report, or an empty one beside an error.
func reportOf(r *Report) Report {
	if r == nil {
		return Report{}
	}
	return *r
}
