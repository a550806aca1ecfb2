package cli

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// open makes the change and its pull request, or brings them up to date.
func (c *prCall) open(k ask) (prReport, error) {
	return c.onForge(func(f forge.Forge, due []forge.Pull) (prReport, error) { return c.openOne(f, k, due) })
}

// onForge reaches the forge, closes what is moot there, and lets act go on with
// the open pull requests of the next epoch.
func (c *prCall) onForge(act func(f forge.Forge, due []forge.Pull) (prReport, error)) (prReport, error) {
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
	r, err := act(f, pulls.due)
	r.Closed, r.Base, r.DryRun = append(closed, r.Closed...), c.base, c.f.dryRun
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
	if h != nil && h.proof == "" && !c.f.anew {
		if r, err := c.elsewhere(k, h, due); r != nil || err != nil {
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
		case (h.foreign != "" || h.proof == "" && h.starts()) && slices.Contains(c.wouldBe(k), h.branch):
			return h, nil // it cannot be pushed over, so nothing is minted
		case h.holds(c.now) && c.f.answers(k, c.now, h.next) && (best == nil || h.branch < best.branch):
			best = h
		}
	}
	return best, nil
}

// wouldBe are the branches that a move may have, as far as it is known before
// the move is made: a rotation begins with the first phase of its strategy.
func (c *prCall) wouldBe(k ask) (branches []string) {
	s := c.now.Clone()
	s.Status.Epoch++
	if k.verb != verbStart {
		s.Status.Phase = c.f.target(k, c.now)
		return []string{branchOf(s)}
	}
	for _, p := range rotation.Paths {
		if p.Kind == k.kind && (c.f.strategy == "" || c.f.strategy == p.Strategy) {
			s.Status.Phase = p.Steps[0].Name
			branches = append(branches, branchOf(s))
		}
	}
	return branches
}

// left reports a branch with a commit of somebody else.
func (c *prCall) left(h *head, due []forge.Pull) prReport {
	r := prReport{Operation: opLeft, Branch: h.branch, Commit: h.details.Commit, Epoch: c.now.Status.Epoch + 1,
		Why: "the branch is left alone: it has a commit that is not this command's: " + h.words() + ". Delete the branch or close its pull request to have the change made anew"}
	if len(due) > 0 {
		r.Number, r.URL = due[0].Number, due[0].URL
	}
	return r
}
