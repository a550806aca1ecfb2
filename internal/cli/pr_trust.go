package cli

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// recordedHere is the proof of a commit that a call made in this clone.
const recordedHere = "recorded in this clone"

// proofOf says why a commit may be taken over: this clone recorded that it made
// it, or one with the same move; or a key signed it that the base branch allows.
// It is "" for all others.
func (c *prCall) proofOf(h *head) (string, error) {
	recorded, err := c.repo.Recorded(h.branch, h.details.Commit)
	if err == nil && !recorded {
		recorded, err = c.sameAsRecorded(h)
	}
	if err != nil || recorded {
		return recordedHere, c.gitProblem(err)
	}
	allowed, ok, err := c.repo.Regular(c.tip, c.signersFile(), maxState)
	if err != nil || !ok {
		return "", c.gitProblem(err)
	}
	who, err := c.repo.Signer(h.details.Commit, allowed, c.instant())
	if err != nil || who == "" {
		return "", c.gitProblem(err)
	}
	return "signed by " + who, nil
}

// sameAsRecorded reports whether all that would be taken over from a head is
// what this clone recorded for its branch, as after a rebase on the forge.
func (c *prCall) sameAsRecorded(h *head) (bool, error) {
	made, err := c.repo.Made(h.branch)
	own := made[h.branch]
	if err != nil || own == "" {
		return false, err
	}
	if counts, err := c.repo.Recorded(h.branch, own); err != nil || !counts {
		return false, err
	}
	ours, err := c.stateAt(own)
	if err != nil || ours == nil || !reflect.DeepEqual(ours.Status, h.next.Status) {
		return false, nil
	}
	for _, name := range h.carries {
		is, _, err := c.repo.Regular(h.details.Commit, name, maxObservation)
		if err != nil {
			return false, err
		}
		was, _, err := c.repo.Regular(own, name, maxObservation)
		if err != nil || !bytes.Equal(is, was) {
			return false, err
		}
	}
	recorded, err := c.repo.Inspect(own)
	h.details.Trailers[trailerMaterial] = recorded.Trailers[trailerMaterial] // the head's own may say anything
	return err == nil, err
}

// signersFile lists the keys whose commits are taken over: the name in the repository.
func (c *prCall) signersFile() string { return c.beside(c.f.signers) }

// elsewhere deals with a head that nothing proves. It returns a report where
// the branch is left as it is, nil where the move is made again from the base,
// with this call's evidence and nothing of the head.
func (c *prCall) elsewhere(k ask, h *head, due []forge.Pull) (*prReport, error) {
	if err := c.remade(h); err != nil {
		return nil, err
	}
	if h.foreign != "" {
		r := c.left(h, due)
		return &r, nil
	}
	settled := len(due) > 0 && h.details.Parents[0] == c.tip && h.holds(c.now)
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
	case shut != nil && settled && c.f.ahead:
		return c.madeElsewhere(h, due, true, nil), nil
	case shut != nil && k.held && !c.f.ahead:
		return c.madeElsewhere(h, due, false, shut), nil
	}
	return nil, nil
}

// shut says why the move cannot be made now, with this call's evidence.
func (c *prCall) shut(k ask, h *head) error {
	if k.held {
		c.aimAt(k, h.next.Status.Phase)
	}
	ahead := c.f.ahead
	defer func() { c.f.ahead = ahead }()
	c.f.ahead = false
	_, err := c.tried(k)
	return err
}

// aimAt makes a move that is asked for as "whatever the branch holds" lead to
// the phase of the branch.
func (c *prCall) aimAt(k ask, phase string) {
	switch {
	case c.f.target(k, c.now) == phase:
	case k.verb == verbBack && phase == state.PhaseStable:
		c.f.abandon = true
	default:
		c.f.to = phase
	}
}

// starts reports whether the head's move is a start, which brings new material.
func (h *head) starts() bool {
	last, _ := lastEntry(h.next)
	return verbOf(last) == verbStart
}

// madeElsewhere reports a branch that is left as it is. Where the pull request
// is settled, there is nothing to do.
func (c *prCall) madeElsewhere(h *head, due []forge.Pull, settled bool, shut error) *prReport {
	r := c.left(h, due)
	r.Phase = h.next.Status.Phase
	if settled {
		r.Operation, r.Draft = opNone, due[0].Draft
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
func (c *prCall) unproven(h *head) string {
	return fmt.Sprintf("commit %s was made elsewhere: it is not recorded in this clone, and not signed by a key of %s at %s. "+
		"To take it over, run the command in the clone that made it, or sign it; to replace it, run `l5d-pki-render pr %s --anew`, or delete the branch",
		h.details.Commit[:12], c.signersFile(), c.base, c.moveOf(h))
}

// moveOf is the move of a head as arguments of pr.
func (c *prCall) moveOf(h *head) string {
	last, _ := lastEntry(h.next)
	words := []string{verbOf(last)}
	if h.starts() && h.next.Status.Rotation != nil {
		words = append(words, h.next.Status.Rotation.Kind)
	}
	return strings.Join(append(words, "--state", delivery.Quoted(c.state)), " ")
}

// holdsOff reports a branch that may not be pushed over: somebody's commit is at
// its head, or a start whose keys this clone may not have. It is nil if it may.
func (c *prCall) holdsOff(branch, commit string, due []forge.Pull) (*prReport, error) {
	h, err := c.inspect(branch, commit)
	if err != nil {
		return nil, err
	}
	if h.foreign == "" && h.proof == "" && !c.f.anew {
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
func reportOf(r *prReport) prReport {
	if r == nil {
		return prReport{}
	}
	return *r
}
