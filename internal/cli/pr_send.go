package cli

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// send pushes the commit, if the branch does not have it, and opens the pull
// request or brings it up to date.
func (c *prCall) send(f forge.Forge, p *proposal, due []forge.Pull) (prReport, error) {
	r := prReport{Operation: opNone, Why: "the pull request is as it should be", Branch: p.branch, Commit: p.commit,
		Phase: p.next.Status.Phase, Epoch: p.next.Status.Epoch, Draft: c.f.draft || p.shut}
	was := c.branches.Heads[p.branch]
	if was != "" && was != p.commit {
		if left, err := c.holdsOff(p.branch, was, due); left != nil || err != nil {
			return reportOf(left), err
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
	if r.Number, r.URL = pull.Number, pull.URL; err != nil {
		return r, err
	}
	return c.onlyOne(f, pull, r)
}

// onlyOne looks whether another call opened a pull request at the same instant,
// which neither of them could see before. The one with the lower number stays:
// whichever call looks last sees both, and both choose alike.
func (c *prCall) onlyOne(f forge.Forge, pull forge.Pull, r prReport) (prReport, error) {
	pulls, err := c.pulls(f)
	if err != nil || len(pulls.due) == 0 || pulls.due[0].Number >= pull.Number {
		return r, err
	}
	first := pulls.due[0]
	text := fmt.Sprintf("Closed: #%d was opened at the same time, and one is open at a time.", first.Number)
	if err := c.closePull(f, pull, text); err != nil {
		return r, err
	}
	return prReport{Operation: opLeft, Why: fmt.Sprintf("another call opened #%d at the same time: #%d of this call was closed again", first.Number, pull.Number),
		Branch: first.Head, Commit: c.branches.Heads[first.Head], Epoch: r.Epoch, Pushed: r.Pushed, Number: first.Number, URL: first.URL, Draft: first.Draft, Closed: []int{pull.Number}}, nil
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
