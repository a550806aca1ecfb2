package cli

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// open makes the change and its pull request, or brings them up to date.
func (c *prCall) open(k ask) (prReport, error) {
	f, err := c.reach()
	if err != nil {
		return prReport{}, err
	}
	pulls, err := c.pulls(f)
	if err != nil {
		return prReport{}, err
	}
	closed, err := c.closeMoot(f, pulls.moot)
	if err != nil {
		return prReport{}, err
	}
	r, err := c.openOne(f, k, pulls.due)
	r.Closed, r.Base, r.DryRun = closed, c.base, c.f.dryRun
	return r, err
}

// openPulls are the open pull requests of this state.
type openPulls struct {
	// due are those of the next epoch: there is one at most, unless people made more.
	due []forge.Pull
	// moot are of an epoch that the base has passed, or never came from.
	moot []forge.Pull
}

// pulls lists the open ones.
func (c *prCall) pulls(f forge.Forge) (openPulls, error) {
	all, err := f.List(c.ctx, forge.Query{Base: c.base, HeadPrefix: c.prefix(), State: "open"})
	var o openPulls
	for _, p := range all {
		epoch, ours := c.epochIn(p.Head)
		switch {
		case !ours:
		case epoch == c.now.Status.Epoch+1:
			o.due = append(o.due, p)
		default:
			o.moot = append(o.moot, p)
		}
	}
	return o, err
}

// openOne makes one change and its one pull request.
func (c *prCall) openOne(f forge.Forge, k ask, due []forge.Pull) (prReport, error) {
	if len(due) > 1 {
		return prReport{}, problem.PRTwoOpen.With(due[0].Number, due[0].Head, due[1].Number, due[1].Head)
	}
	h, err := c.choose(k, due)
	if err != nil {
		return prReport{}, err
	}
	if h != nil && h.foreign != "" {
		return c.left(h, due), nil
	}
	if len(due) > 0 && h != nil && h.holds(c.now) && !c.f.answers(k, c.now, h.next) {
		return prReport{}, problem.PROpen.With(due[0].Number, due[0].Head, due[0].URL)
	}
	p, err := c.propose(k, h)
	if err != nil {
		return prReport{}, err
	}
	if len(due) > 0 && due[0].Head != p.branch {
		return prReport{}, problem.PROpen.With(due[0].Number, due[0].Head, due[0].URL)
	}
	return c.send(f, p, due)
}

// choose finds the head that the change may be in already: that of the open
// pull request, else the branch that answers what is asked.
func (c *prCall) choose(k ask, due []forge.Pull) (*head, error) {
	if len(due) > 0 {
		if commit := c.branches.Heads[due[0].Head]; commit != "" {
			return c.inspect(due[0].Head, commit)
		} // else its branch was deleted: it is pushed again
	}
	found, err := c.candidates()
	if err != nil {
		return nil, err
	}
	var best *head
	for branch, commit := range found {
		_, pushed := c.branches.Heads[branch]
		if !pushed && k.verb != verbStart {
			continue // what was minted is kept; the rest is made anew as easily
		}
		h, err := c.inspect(branch, commit)
		if err != nil {
			return nil, err
		}
		switch {
		case h.foreign != "" && h.branch == c.wouldBe(k):
			return h, nil
		case h.holds(c.now) && c.f.answers(k, c.now, h.next) && (best == nil || h.branch < best.branch):
			best = h
		}
	}
	return best, nil
}

// wouldBe is the branch of a move, as far as it is known before the move is made.
func (c *prCall) wouldBe(k ask) string {
	s := c.now.Clone()
	s.Status.Epoch++
	s.Status.Phase = c.f.target(k, c.now)
	if k.verb == verbStart {
		return ""
	}
	return branchOf(s)
}

// left reports a branch with a commit of somebody else.
func (c *prCall) left(h *head, due []forge.Pull) prReport {
	r := prReport{Operation: opLeft, Branch: h.branch, Commit: h.details.Commit, Epoch: c.now.Status.Epoch + 1,
		Why: "the branch is left alone: it has a commit that is not this command's: " + h.words()}
	if len(due) > 0 {
		r.Number, r.URL = due[0].Number, due[0].URL
	}
	return r
}

// send pushes the commit, if the branch does not have it, and opens the pull
// request or brings it up to date.
func (c *prCall) send(f forge.Forge, p *proposal, due []forge.Pull) (prReport, error) {
	r := prReport{Operation: opNone, Why: "the pull request is as it should be", Branch: p.branch, Commit: p.commit,
		Phase: p.next.Status.Phase, Epoch: p.next.Status.Epoch, Draft: c.f.draft || p.shut}
	was := c.branches.Heads[p.branch]
	if was != "" && was != p.commit {
		if h, err := c.inspect(p.branch, was); err != nil || h.foreign != "" {
			if err == nil {
				return c.left(h, due), nil
			}
			return r, err
		}
	}
	r.Pushed = was != p.commit || p.commit == ""
	if r.Pushed && !c.f.dryRun {
		if err := c.repo.Push(c.remote, p.branch, p.commit, was); err != nil {
			return r, c.gitProblem(err)
		}
	}
	if len(due) == 0 {
		return c.openPull(f, p, r)
	}
	r.Number, r.URL, r.Draft = due[0].Number, due[0].URL, due[0].Draft
	return c.updatePull(f, p, due[0], r)
}

func (c *prCall) openPull(f forge.Forge, p *proposal, r prReport) (prReport, error) {
	r.Operation, r.Why = opCreated, "the pull request was opened: "+p.text.title()
	if c.f.dryRun {
		r.Why = "the pull request would be opened: " + p.text.title()
		return r, nil
	}
	body, err := c.bodyOf(p)
	if err != nil {
		return r, err
	}
	pull, err := f.Open(c.ctx, forge.New{Title: p.text.title(), Body: body, Head: p.branch, Base: c.base, Draft: r.Draft, Labels: c.f.labels})
	if errors.Is(err, forge.ErrExists) {
		r.Number, r.URL, r.Draft = pull.Number, pull.URL, pull.Draft
		return c.updatePull(f, p, pull, r)
	}
	r.Number, r.URL = pull.Number, pull.URL
	return r, err
}

// updatePull rewrites title and text if they were made for something else. What
// people wrote into a text that is still right stays.
func (c *prCall) updatePull(f forge.Forge, p *proposal, pull forge.Pull, r prReport) (prReport, error) {
	body, err := c.bodyOf(p)
	if err != nil {
		return r, err
	}
	r.Operation, r.Why = opNone, "the pull request is open and as it should be: merge it, and collect the evidence for the next phase"
	if r.Pushed {
		r.Operation, r.Why = opUpdated, "the branch was made anew on "+c.base
	}
	if textDigest(pull.Body) == textDigest(body) {
		return r, nil
	}
	r.Operation, r.Why = opUpdated, "the pull request was brought up to date: "+p.text.title()
	title := p.text.title()
	change := forge.Change{Title: &title, Body: &body, Labels: c.f.labels}
	if pull.Draft && !p.shut && !c.f.draft && preparedBody(pull.Body) {
		ready := false
		change.Draft, r.Draft = &ready, false
	}
	if c.f.dryRun {
		return r, nil
	}
	_, err = f.Update(c.ctx, pull.Number, change)
	return r, err
}

// textMark finds the digest of the text in the mark that every body ends with.
var textMark = regexp.MustCompile(`text=sha256:([0-9a-f]{64})`)

func textDigest(body string) string {
	if found := textMark.FindAllStringSubmatch(body, -1); found != nil {
		return found[len(found)-1][1]
	}
	return ""
}

// closeMoot closes pull requests that the base has passed, unless somebody
// else's commit is on their branch.
func (c *prCall) closeMoot(f forge.Forge, moot []forge.Pull) (closed []int, err error) {
	for _, p := range moot {
		if commit := c.branches.Heads[p.Head]; commit != "" {
			h, err := c.inspect(p.Head, commit)
			if err != nil {
				return closed, err
			}
			if h.foreign != "" {
				fmt.Fprintf(&c.talk, "note: pull request #%d (%s) is moot and left open: its branch has a commit that is not this command's: %s\n", p.Number, p.Head, h.words())
				continue
			}
		}
		closed = append(closed, p.Number)
		if c.f.dryRun {
			continue
		}
		if err := c.closePull(f, p); err != nil {
			return slices.Clip(closed[:len(closed)-1]), err
		}
	}
	return closed, nil
}

func (c *prCall) closePull(f forge.Forge, p forge.Pull) error {
	mark := c.mark("moot")
	text := fmt.Sprintf("Closed: `%s` is at epoch %d, phase `%s`, and this change was made for another.\n\n%s\n", c.base, c.now.Status.Epoch, c.now.Status.Phase, mark)
	if err := f.Comment(c.ctx, p.Number, mark, text); err != nil {
		return err
	}
	shut, title := "closed", strings.TrimSuffix(p.Title, mootTitle)+mootTitle
	_, err := f.Update(c.ctx, p.Number, forge.Change{Title: &title, State: &shut})
	return err
}

// mootTitle ends the title of a pull request that this command closed: what a
// person closes is not opened again by --next.
const mootTitle = " - moot"

// mark is how a comment of this command is found again.
func (c *prCall) mark(what string) string {
	return "<!-- l5d-pki-render " + what + " " + c.state + " -->"
}

// commitOnly makes the commit and the local branch.
func (c *prCall) commitOnly(k ask) (prReport, error) {
	local, err := c.repo.Look(here)
	if err != nil {
		return prReport{}, c.gitProblem(err)
	}
	for branch, commit := range local.Heads {
		if _, ours := c.epochIn(branch); ours {
			c.branches.Heads[branch] = commit
		}
	}
	h, err := c.choose(k, nil)
	if err != nil {
		return prReport{}, err
	}
	if h != nil && h.foreign != "" {
		return c.left(h, nil), nil
	}
	p, err := c.propose(k, h)
	if err != nil {
		return prReport{}, err
	}
	r := prReport{Operation: opNone, Why: "the branch has the change already", Base: c.base, Branch: p.branch, Commit: p.commit,
		Phase: p.next.Status.Phase, Epoch: p.next.Status.Epoch, DryRun: c.f.dryRun}
	if was := local.Heads[p.branch]; was != p.commit {
		if was != "" {
			if h, err := c.inspect(p.branch, was); err != nil || h.foreign != "" {
				return c.left(h, nil), err
			}
		}
		r.Operation, r.Why = opCommitted, "the branch has the change; push it and open the pull request with the text of --print"
		if !c.f.dryRun {
			err = c.gitProblem(c.repo.PutBranch(p.branch, p.commit, was))
		}
	}
	c.guessFlavour()
	if err == nil && c.f.out != "" && !c.f.dryRun {
		err = c.writeParts(p)
	}
	return r, err
}
