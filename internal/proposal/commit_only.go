package proposal

import (
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
)

// commitOnly makes the commit and the local branch. Where it makes none, the files of
// --out go: the commands behind it would take those of another branch for this one's.
func (c *call) commitOnly() (plan.Report, error) {
	r, ch, err := c.commitAlone()
	switch {
	case err != nil || c.q.Out == "" || c.q.DryRun:
	case ch == nil:
		err = c.removeParts()
	default:
		err = c.writeParts(ch)
	}
	return r, err
}

// commitAlone gives the change that the branch has then; nil if it has none of this command.
func (c *call) commitAlone() (plan.Report, *change, error) {
	local, err := c.Repo.Look(base.Here)
	if err != nil {
		return plan.Report{}, nil, base.GitProblem(err)
	}
	for branch, commit := range local.Heads {
		if _, ours := text.EpochIn(c.Now, branch); ours {
			c.Branches.Heads[branch] = commit
		}
	}
	s := c.snapshot()
	p, err := c.decided(&s, c.q.Wish)
	if p.Report != nil || err != nil {
		return reportOf(p.Report), nil, err
	}
	ch, err := c.change(s.Head, p)
	if err != nil {
		return plan.Report{}, nil, err
	}
	next := ch.text.Next.Status
	r := plan.Report{Operation: plan.OpNone, Why: "the branch has the change already", Base: c.Branch, Branch: ch.text.Branch,
		Commit: ch.commit, Phase: next.Phase, Epoch: next.Epoch, DryRun: c.q.DryRun}
	if was := local.Heads[r.Branch]; was != ch.commit {
		if left, err := c.holdsOff(s, ch, was); left != nil || err != nil {
			return reportOf(left), nil, err
		}
		r.Operation, r.Why = plan.OpCommitted, "the branch has the change; push it and open the pull request with the text of --print"
		if !c.q.DryRun {
			err = base.GitProblem(c.Repo.PutBranch(r.Branch, ch.commit, was))
		}
	}
	c.guessFlavour()
	return r, ch, err
}
