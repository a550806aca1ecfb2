package cli

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
	if h != nil && h.proof == "" && !c.f.anew {
		if r, err := c.elsewhere(k, h, nil); r != nil || err != nil {
			return reportOf(r), err
		}
	}
	if err := c.ignoredFlags(k, h); err != nil {
		return prReport{}, err
	}
	p, err := c.propose(k, h)
	if err != nil {
		return prReport{}, err
	}
	r := prReport{Operation: opNone, Why: "the branch has the change already", Base: c.base, Branch: p.branch, Commit: p.commit,
		Phase: p.next.Status.Phase, Epoch: p.next.Status.Epoch, DryRun: c.f.dryRun}
	if was := local.Heads[p.branch]; was != p.commit {
		if was != "" {
			if left, err := c.holdsOff(p.branch, was, nil); left != nil || err != nil {
				return reportOf(left), err
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
