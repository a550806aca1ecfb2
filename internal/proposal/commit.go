package proposal

import "github.com/l5d-pki/l5d-pki-render/internal/proposal/base"

// commitOnly makes the commit and the local branch.
func (c *call) commitOnly(k Ask) (Report, error) {
	local, err := c.Repo.Look(base.Here)
	if err != nil {
		return Report{}, base.GitProblem(err)
	}
	for branch, commit := range local.Heads {
		if _, ours := c.epochIn(branch); ours {
			c.Branches.Heads[branch] = commit
		}
	}
	h, err := c.choose(k, nil)
	if err != nil {
		return Report{}, err
	}
	if h != nil && h.foreign != "" {
		return c.left(h, nil), nil
	}
	if h != nil && h.proof == "" && !c.q.Anew {
		if r, err := c.elsewhere(k, h, nil); r != nil || err != nil {
			return reportOf(r), err
		}
	}
	if err := c.ignoredFlags(k, h); err != nil {
		return Report{}, err
	}
	p, err := c.propose(k, h)
	if err != nil {
		return Report{}, err
	}
	r := Report{Operation: OpNone, Why: "the branch has the change already", Base: c.Branch, Branch: p.branch, Commit: p.commit,
		Phase: p.next.Status.Phase, Epoch: p.next.Status.Epoch, DryRun: c.q.DryRun}
	if was := local.Heads[p.branch]; was != p.commit {
		if was != "" {
			if left, err := c.holdsOff(p.branch, was, nil); left != nil || err != nil {
				return reportOf(left), err
			}
		}
		r.Operation, r.Why = OpCommitted, "the branch has the change; push it and open the pull request with the text of --print"
		if !c.q.DryRun {
			err = base.GitProblem(c.Repo.PutBranch(p.branch, p.commit, was))
		}
	}
	c.guessFlavour()
	if err == nil && c.q.Out != "" && !c.q.DryRun {
		err = c.writeParts(p)
	}
	return r, err
}
