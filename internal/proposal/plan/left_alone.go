package plan

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// left reports a branch with a commit of somebody else.
func (s Snapshot) left(h *Head) Report {
	r := Report{Operation: OpLeft, Branch: h.Branch, Commit: h.Commit, Epoch: s.Now.Status.Epoch + 1,
		Why: "the branch is left alone: it has a commit that is not this command's: " + h.words() + ". Delete the branch or close its pull request to have the change made anew"}
	if len(s.Due) > 0 {
		r.Number, r.URL = s.Due[0].Number, s.Due[0].URL
	}
	return r
}

// elsewhere deals with a head that nothing proves. It returns a report where the
// branch is left as it is, nil where the move is made again from the base, with
// this call's evidence and nothing of the head.
func (s Snapshot) elsewhere(w Wish, move Moves) (Wish, *Report) {
	h := s.Head
	settled := len(s.Due) > 0 && h.Parent == s.Tip && h.holds(s.Now)
	switch {
	case h.Starts():
		return w, s.madeElsewhere(h, settled, nil)
	case settled && !h.prepared():
		return w, s.madeElsewhere(h, true, nil)
	case !w.Held && !h.prepared():
		return w, nil
	}
	if w.Held {
		w = w.aimedAt(s.Now, h.Next.Status.Phase)
	}
	ready := w
	ready.Ahead = false
	_, shut := move(ready)
	switch {
	case shut != nil && settled && w.Ahead:
		return w, s.madeElsewhere(h, true, nil)
	case shut != nil && w.Held && !w.Ahead:
		return w, s.madeElsewhere(h, false, shut)
	}
	return w, nil
}

// madeElsewhere reports a branch that is left as it is. Where the pull request
// is settled, there is nothing to do.
func (s Snapshot) madeElsewhere(h *Head, settled bool, shut error) *Report {
	r := s.left(h)
	r.Phase = h.Next.Status.Phase
	if settled {
		r.Operation, r.Draft = OpNone, s.Due[0].Draft
		r.Why = "the pull request is as it should be, and left as it is, since " + s.unproven(h)
		return &r
	}
	r.Why = "the branch is left alone: " + s.unproven(h)
	for _, p := range problem.Of(shut) {
		r.Needs = append(r.Needs, p.Error())
	}
	return &r
}

// unproven says why a commit is not taken over, and what to do about it.
func (s Snapshot) unproven(h *Head) string {
	return fmt.Sprintf("commit %s was made elsewhere: it is not recorded in this clone, and not signed by a key of %s at %s. "+
		"To take it over, run the command in the clone that made it, or sign it; to replace it, run `l5d-pki-render pr %s --anew`, or delete the branch",
		h.Commit[:12], s.Signers, s.Base, h.move(s.State))
}

// HoldsOff reports a branch that may not be pushed over: somebody's commit is at
// its head, or a start whose keys this clone may not have. It is nil if it may.
func HoldsOff(s Snapshot, w Wish, h *Head) *Report {
	switch {
	case h.Foreign != "":
		r := s.left(h)
		return &r
	case h.Proof == "" && !w.Anew && h.Starts():
		return s.madeElsewhere(h, false, nil)
	}
	return nil
}

// Superseded says which pull requests whose phase is already on the base are closed, and why the
// others are not: somebody else's commit is on their branch. heads are those of
// branches that are still there.
func Superseded(pulls []forge.Pull, heads map[string]*Head) (closing []forge.Pull, notes []string) {
	for _, p := range pulls {
		if h := heads[p.Head]; h != nil && h.Foreign != "" {
			notes = append(notes, fmt.Sprintf("pull request #%d (%s) is superseded and left open: its branch has a commit that is not this command's: %s", p.Number, p.Head, h.words()))
			continue
		}
		closing = append(closing, p)
	}
	return closing, notes
}

// SupersededTitle ends the title of a pull request that this command closed: what a
// person closes is not opened again by --next.
const SupersededTitle = " - superseded"

// formerTitle is what earlier releases wrote in its place.
const formerTitle = " - moot"
