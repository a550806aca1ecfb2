package proposal

import (
	"errors"
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
)

// send pushes the commit, if the branch does not have it, and opens the pull
// request or brings it up to date.
func (c *call) send(f forge.Forge, p *proposal, due []forge.Pull) (Report, error) {
	r := Report{Operation: OpNone, Why: "the pull request is as it should be", Branch: p.branch, Commit: p.commit,
		Phase: p.next.Status.Phase, Epoch: p.next.Status.Epoch, Draft: c.q.Draft || p.shut}
	was := c.Branches.Heads[p.branch]
	if was != "" && was != p.commit {
		if left, err := c.holdsOff(p.branch, was, due); left != nil || err != nil {
			return reportOf(left), err
		}
	}
	r.Pushed = was != p.commit || p.commit == ""
	if r.Pushed && !c.q.DryRun {
		if err := c.Repo.Push(c.Remote, p.branch, p.commit, was); err != nil {
			return r, base.GitProblem(err)
		}
	}
	if len(due) == 0 {
		return c.openPull(f, p, r)
	}
	r.Number, r.URL, r.Draft = due[0].Number, due[0].URL, due[0].Draft
	return c.updatePull(f, p, due[0], r)
}

func (c *call) openPull(f forge.Forge, p *proposal, r Report) (Report, error) {
	r.Operation, r.Why = OpCreated, "the pull request was opened: "+p.text.Title()
	if c.q.DryRun {
		r.Why = "the pull request would be opened: " + p.text.Title()
		return r, nil
	}
	body, err := c.bodyOf(p)
	if err != nil {
		return r, err
	}
	pull, err := f.Open(c.ctx, forge.New{Title: p.text.Title(), Body: body, Head: p.branch, Base: c.Branch, Draft: r.Draft, Labels: c.q.Labels})
	if errors.Is(err, forge.ErrExists) {
		r.Number, r.URL, r.Draft = pull.Number, pull.URL, pull.Draft
		return c.updatePull(f, p, pull, r)
	}
	if r.Number, r.URL = pull.Number, pull.URL; err != nil {
		return r, err
	}
	return c.onlyOne(f, pull, r)
}

// onlyOne looks whether another call opened a pull request at the same instant,
// which neither of them could see before. The one with the lower number stays:
// whichever call looks last sees both, and both choose alike.
func (c *call) onlyOne(f forge.Forge, pull forge.Pull, r Report) (Report, error) {
	pulls, err := c.pulls(f)
	if err != nil || len(pulls.due) == 0 || pulls.due[0].Number >= pull.Number {
		return r, err
	}
	first := pulls.due[0]
	text := fmt.Sprintf("Closed: #%d was opened at the same time, and one is open at a time.", first.Number)
	if err := c.closePull(f, pull, text); err != nil {
		return r, err
	}
	return Report{Operation: OpLeft, Why: fmt.Sprintf("another call opened #%d at the same time: #%d of this call was closed again", first.Number, pull.Number),
		Branch: first.Head, Commit: c.Branches.Heads[first.Head], Epoch: r.Epoch, Pushed: r.Pushed, Number: first.Number, URL: first.URL, Draft: first.Draft, Closed: []int{pull.Number}}, nil
}

// updatePull rewrites title and text if they were made for something else. What
// people wrote into a text that is still right stays.
func (c *call) updatePull(f forge.Forge, p *proposal, pull forge.Pull, r Report) (Report, error) {
	body, err := c.bodyOf(p)
	if err != nil {
		return r, err
	}
	r.Operation, r.Why = OpNone, "the pull request is open and as it should be: merge it, and collect the evidence for the next phase"
	if r.Pushed {
		r.Operation, r.Why = OpUpdated, "the branch was made anew on "+c.Branch
	}
	if text.Mark(pull.Body) == text.Mark(body) {
		return r, nil
	}
	r.Operation, r.Why = OpUpdated, "the pull request was brought up to date: "+p.text.Title()
	title := p.text.Title()
	change := forge.Change{Title: &title, Body: &body, Labels: c.q.Labels}
	if pull.Draft && !p.shut && !c.q.Draft && text.Prepared(pull.Body) {
		ready := false
		change.Draft, r.Draft = &ready, false
	}
	if c.q.DryRun {
		return r, nil
	}
	_, err = f.Update(c.ctx, pull.Number, change)
	return r, err
}
