package rotation

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Change is a step from one version of a state file to another, however it was
// made: by a move, by hand, or by reverting a commit.
type Change struct {
	From, To                string // phases
	EpochBefore, EpochAfter int64
	// Reverted: the epoch fell, so an older file stands over a newer one.
	Reverted bool
	// Same: both versions deliver the same bundle and sign with the same chain.
	Same    bool
	Verdict Verdict
	// Matrix is every live bundle against every live chain, with those to come.
	Matrix []Cell
}

// JudgeChange applies the gate to the step from base (the version that is in
// force, such as the target branch's) to next. What is live is told by base's
// log and the evidence; needs are not asked, for nothing is entered by a move.
func JudgeChange(base, next *state.Rotation, e Evidence, at time.Time) (*Change, error) {
	if base.Metadata.Name != next.Metadata.Name {
		return nil, problem.RotationOtherMesh.With(base.Metadata.Name, next.Metadata.Name)
	}
	c, err := openScene(withLongerLeaves(base, next), e, at)
	if err != nil {
		return nil, err
	}
	to, err := openDossier(next, c.verifier)
	if err != nil {
		return nil, err
	}
	c.book.addState(to)
	now, err := c.dossier.current()
	if err != nil {
		return nil, err
	}
	due, err := to.current()
	if err != nil {
		return nil, err
	}
	live, err := c.live()
	if err != nil {
		return nil, err
	}
	return &Change{
		From: base.Status.Phase, To: next.Status.Phase,
		EpochBefore: base.Status.Epoch, EpochAfter: next.Status.Epoch,
		Reverted: next.Status.Epoch < base.Status.Epoch,
		Same:     now.Same(due), Verdict: Judge(now, due, live, c.verifier),
		Matrix: matrix(live, due, c.verifier, nil),
	}, nil
}
