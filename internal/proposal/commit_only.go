package proposal

import (
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
)

// commitOnly makes the commit and the local branch. Where it makes none, the files of
// --out go: the commands behind it would take those of another branch for this one's.
func (c *call) commitOnly() (plan.Report, error) {
	wrote := false
	r, err := c.commitAlone(&wrote)
	if err == nil && !wrote && c.q.Out != "" && !c.q.DryRun {
		err = c.removeParts()
	}
	return r, err
}

func (c *call) commitAlone(wrote *bool) (plan.Report, error) {
	local, err := c.Repo.Look(base.Here)
	if err != nil {
		return plan.Report{}, base.GitProblem(err)
	}
	for branch, commit := range local.Heads {
		if _, ours := text.EpochIn(c.Now, branch); ours {
			c.Branches.Heads[branch] = commit
		}
	}
	s := c.snapshot()
	p, err := c.decided(&s, c.q.Wish)
	if p.Report != nil || err != nil {
		return reportOf(p.Report), err
	}
	ch, err := c.change(s.Head, p)
	if err != nil {
		return plan.Report{}, err
	}
	next := ch.text.Next.Status
	r := plan.Report{Operation: plan.OpNone, Why: "the branch has the change already", Base: c.Branch, Branch: ch.text.Branch,
		Commit: ch.commit, Phase: next.Phase, Epoch: next.Epoch, DryRun: c.q.DryRun}
	if was := local.Heads[r.Branch]; was != ch.commit {
		if left, err := c.holdsOff(s, ch, was); left != nil || err != nil {
			return reportOf(left), err
		}
		r.Operation, r.Why = plan.OpCommitted, "the branch has the change; push it and open the pull request with the text of --print"
		if !c.q.DryRun {
			err = base.GitProblem(c.Repo.PutBranch(r.Branch, ch.commit, was))
		}
	}
	c.guessFlavour()
	if err == nil && c.q.Out != "" && !c.q.DryRun {
		*wrote = true
		err = c.writeParts(ch)
	}
	return r, err
}
