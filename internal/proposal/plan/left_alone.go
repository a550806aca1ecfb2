package plan

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// left reports a branch with a commit of somebody else.
func (s Snapshot) left(h *Head) Report {
	r := Report{Operation: OpLeft, Branch: h.Branch, Commit: h.Commit, Epoch: s.Now.Status.Epoch + 1,
		Why: s.alone(h) + ". Delete the branch or close its pull request to have the change made anew"}
	if len(s.Due) > 0 {
		r.Number, r.URL = s.Due[0].Number, s.Due[0].URL
	}
	return r
}

// alone says of whom the commit is, and whether the text is of another one.
func (s Snapshot) alone(h *Head) string {
	return s.misleading(h) + "the branch is left alone: it has a commit that is not this command's: " + h.words()
}

// opened reports whether the one open pull request is of the head's branch.
func (s Snapshot) opened(h *Head) bool { return len(s.Due) == 1 && s.Due[0].Head == h.Branch }

// misled reports whether title and text of the open pull request are not those of its head:
// somebody's commit has none, and a mark is not believed alone.
func (s Snapshot) misled(h *Head) bool {
	if !s.opened(h) {
		return false
	}
	title, body := text.Unwarned(s.Due[0].Title, s.Due[0].Body)
	_, of := text.Mark(body)
	return h.Foreign != "" || of != "" && of != h.Digest || h.Fits != nil && !h.Fits(title, body)
}

// edited reports whether title or text of the open pull request, which are written for its
// head, are not what this command writes: they are written anew.
func (s Snapshot) edited(h *Head) bool {
	if h.Body == "" || !s.opened(h) || s.misled(h) {
		return false
	}
	title, body := text.Unwarned(s.Due[0].Title, s.Due[0].Body)
	return !is(body, h.Body) || !strings.Contains(title, h.Title)
}

// early reports whether the open pull request can be merged although its move was prepared
// before its gate was open: somebody took the mark of a draft away.
func (s Snapshot) early(h *Head) bool {
	return s.opened(h) && h.Foreign == "" && h.Next != nil && h.prepared() && !s.Due[0].Draft
}

// misleading says so, before what else is said.
func (s Snapshot) misleading(h *Head) string {
	if !s.misled(h) {
		return ""
	}
	return fmt.Sprintf("the text of pull request #%d was written for another commit than %s, or edited: do not decide by it; ", s.Due[0].Number, h.Commit[:12])
}

// Misleading says that the text of the open pull request is not of its commit, or nothing.
func (s Snapshot) Misleading() string { return strings.TrimSuffix(s.misleading(s.Head), "; ") }

// Warning is what title and text of the open pull request become where its branch is left
// alone: those of the commit there, with a warning if that is not known, and without one if
// it is. It is nil if they are that already.
func (s Snapshot) Warning(l forge.Limits) *forge.Change {
	if len(s.Due) != 1 || s.Head == nil {
		return nil
	}
	pull := s.Due[0]
	title, body := text.Unwarned(pull.Title, pull.Body)
	switch {
	case s.misled(s.Head):
		title, body = text.Warned(l, title, body, s.Head.Commit, s.Head.Committer)
	case s.edited(s.Head):
		title, body = s.Head.Title, s.Head.Body
	}
	change := forge.Change{Title: &title, Body: &body}
	if s.early(s.Head) {
		draft := true
		change.Draft = &draft
	} else if title == pull.Title && lines(body) == lines(pull.Body) {
		return nil
	}
	return &change
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
// is settled, and its text is of this commit, there is nothing to do.
func (s Snapshot) madeElsewhere(h *Head, settled bool, shut error) *Report {
	r := s.left(h)
	r.Phase = h.Next.Status.Phase
	right := ""
	if s.edited(h) {
		right = fmt.Sprintf("title and text of pull request #%d were not what commit %s gives, and are put right; ", s.Due[0].Number, h.Commit[:12])
	}
	if s.early(h) {
		right += fmt.Sprintf("pull request #%d is a draft again: its gate was not open when it was made; ", s.Due[0].Number)
	}
	if settled && !s.misled(h) {
		r.Operation, r.Draft = OpNone, s.Due[0].Draft || h.prepared()
		if right != "" {
			r.Operation = OpUpdated
		}
		r.Why = right + "the branch is left as it is, since " + s.unproven(h)
		return &r
	}
	r.Why = right + s.misleading(h) + "the branch is left alone: " + s.unproven(h)
	for _, p := range problem.Of(shut) {
		r.Needs = append(r.Needs, p.Error())
	}
	return &r
}

// unproven says why a commit is not taken over, and what to do about it.
func (s Snapshot) unproven(h *Head) string {
	if h.Replaced != "" {
		return fmt.Sprintf("commit %s was made in this clone, and replaced by commit %s, which the branch does not have. "+
			"To have that one pushed, delete the branch and run the command again; to replace both, run `l5d-pki-render pr %s --anew`",
			h.Commit[:12], h.Replaced[:12], h.move(s.State))
	}
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
