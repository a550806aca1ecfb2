package proposal

import (
	"errors"
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
)

// publish makes the change of a plan, pushes it if the branch does not have it, and
// opens the pull request or brings it up to date.
func (c *call) publish(s plan.Snapshot, p plan.Plan) (plan.Report, error) {
	ch, err := c.change(s.Head, p)
	if err != nil {
		return plan.Report{}, err
	}
	was := c.Branches.Heads[ch.text.Branch]
	if r, err := c.holdsOff(s, ch, was); r != nil || err != nil {
		return reportOf(r), err
	}
	body, err := c.bodyOf(ch)
	if err != nil {
		return plan.Report{}, err
	}
	r, opened, err := c.propose(s, plan.ChangeOf(ch.text, body, ch.commit, was))
	if err != nil || opened == nil {
		return r, err
	}
	return c.onlyOne(*opened, r)
}

// propose pushes a change if the branch does not have it, and opens its pull request or
// brings it up to date; opened is the one that it opened.
func (c *call) propose(s plan.Snapshot, change plan.Change) (r plan.Report, opened *forge.Pull, err error) {
	how := plan.How{Labels: c.q.Labels, Draft: c.q.Draft, DryRun: c.q.DryRun, Next: c.q.Wish.Next}
	steps := plan.Publish(s, change, how)
	r = steps.Report
	if c.q.DryRun {
		return r, nil, nil
	}
	seen := c.Branches.Heads[change.Branch] == change.Commit
	if steps.Push {
		if err := c.push(change.Branch, change.Commit, change.Was); err != nil {
			return r, nil, err
		}
	}
	if steps.Open == nil {
		r, err = c.update(steps, change, seen)
		return r, nil, err
	}
	pull, err := c.forge.Open(c.ctx, *steps.Open)
	if errors.Is(err, forge.ErrExists) {
		r, err = c.update(plan.Update(s, change, how, pull, r), change, false)
		return r, nil, err
	}
	r.Number, r.URL = pull.Number, pull.URL
	return r, &pull, err
}

// update brings a pull request up to date; seen says that it was listed with the commit of
// the change.
func (c *call) update(steps plan.Steps, change plan.Change, seen bool) (r plan.Report, err error) {
	if !seen {
		err = c.followed(steps.Report.Number, change.Branch, change.Commit)
	}
	if steps.Update == nil || err != nil {
		return steps.Report, err
	}
	_, err = c.forge.Update(c.ctx, steps.Report.Number, *steps.Update)
	return steps.Report, err
}

// holdsOff reports a branch that may not be pushed over, see [plan.HoldsOff]; was is
// what it has now.
func (c *call) holdsOff(s plan.Snapshot, ch *change, was string) (*plan.Report, error) {
	if was == "" || was == ch.commit {
		return nil, nil
	}
	h, err := c.inspect(ch.text.Branch, was)
	if err != nil {
		return nil, err
	}
	if h.Foreign == "" && h.Proof == "" && !c.q.Wish.Anew && !h.Starts() {
		err = c.remake(h)
	}
	return plan.HoldsOff(s, c.q.Wish, h), err
}

// onlyOne looks whether another call opened a pull request at the same instant,
// which neither of them could see before. The one with the lower number stays:
// whichever call looks last sees both, and both choose alike.
func (c *call) onlyOne(pull forge.Pull, r plan.Report) (plan.Report, error) {
	due, _, err := c.pulls()
	if err != nil || len(due) == 0 || due[0].Number >= pull.Number {
		return r, err
	}
	first, found, err := c.first()
	if err != nil || !found || first.Number >= pull.Number {
		return r, err
	}
	text := fmt.Sprintf("Closed: #%d was opened at the same time, and one is open at a time.", first.Number)
	if err := c.closePull(pull, text); err != nil {
		return r, err
	}
	return plan.Report{Operation: plan.OpLeft, Why: fmt.Sprintf("another call opened #%d at the same time: #%d of this call was closed again", first.Number, pull.Number),
		Branch: first.Head, Commit: c.Branches.Heads[first.Head], Epoch: r.Epoch, Pushed: r.Pushed, Number: first.Number, URL: first.URL,
		Draft: first.Draft, Closed: []int{pull.Number}}, nil
}

// reportOf is the report, or an empty one beside an error.
func reportOf(r *plan.Report) plan.Report {
	if r == nil {
		return plan.Report{}
	}
	return *r
}
