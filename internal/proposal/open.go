package proposal

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// open makes the change and its pull request, or brings them up to date.
func (c *call) open(k Ask) (Report, error) {
	return c.onForge(func(f forge.Forge, due []forge.Pull) (Report, error) { return c.openOne(f, k, due) })
}

// onForge reaches the forge, closes what is moot there, and lets act go on with
// the open pull requests of the next epoch.
func (c *call) onForge(act func(f forge.Forge, due []forge.Pull) (Report, error)) (Report, error) {
	f, err := c.reach()
	if err != nil {
		return Report{}, err
	}
	pulls, err := c.pulls(f)
	if err != nil {
		return Report{}, err
	}
	closed, err := c.closeMoot(f, pulls.moot)
	if err != nil {
		return Report{}, err
	}
	r, err := act(f, pulls.due)
	r.Closed, r.Base, r.DryRun = append(closed, r.Closed...), c.Branch, c.q.DryRun
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
func (c *call) pulls(f forge.Forge) (openPulls, error) {
	all, err := f.List(c.ctx, forge.Query{Base: c.Branch, HeadPrefix: c.prefix(), State: "open"})
	var o openPulls
	for _, p := range all {
		epoch, ours := c.epochIn(p.Head)
		switch {
		case !ours:
		case epoch == c.Now.Status.Epoch+1:
			o.due = append(o.due, p)
		default:
			o.moot = append(o.moot, p)
		}
	}
	return o, err
}

// openOne makes one change and its one pull request.
func (c *call) openOne(f forge.Forge, k Ask, due []forge.Pull) (Report, error) {
	if len(due) > 1 {
		return Report{}, problem.PRTwoOpen.With(due[0].Number, due[0].Head, due[1].Number, due[1].Head)
	}
	h, err := c.choose(k, due)
	if err != nil {
		return Report{}, err
	}
	if h != nil && h.foreign != "" {
		return c.left(h, due), nil
	}
	if len(due) > 0 && h != nil && h.holds(c.Now) && !c.q.answers(k, c.Now, h.next) {
		return Report{}, problem.PROpen.With(due[0].Number, due[0].Head, due[0].URL)
	}
	if h != nil && h.proof == "" && !c.q.Anew {
		if r, err := c.elsewhere(k, h, due); r != nil || err != nil {
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
	if len(due) > 0 && due[0].Head != p.branch {
		return Report{}, problem.PROpen.With(due[0].Number, due[0].Head, due[0].URL)
	}
	return c.send(f, p, due)
}

// choose finds the head that the change may be in already: that of the open
// pull request, else the branch that answers what is asked.
func (c *call) choose(k Ask, due []forge.Pull) (*head, error) {
	if len(due) > 0 {
		if commit := c.Branches.Heads[due[0].Head]; commit != "" {
			return c.inspect(due[0].Head, commit)
		} // else its branch was deleted: it is pushed again
	}
	found, err := c.candidates()
	if err != nil {
		return nil, err
	}
	var best *head
	for branch, commit := range found {
		_, pushed := c.Branches.Heads[branch]
		if !pushed && k.Verb != state.MoveStart {
			continue // what was minted is kept; the rest is made anew as easily
		}
		h, err := c.inspect(branch, commit)
		if err != nil {
			return nil, err
		}
		switch {
		case (h.foreign != "" || h.proof == "" && h.starts()) && slices.Contains(c.wouldBe(k), h.branch):
			return h, nil // it cannot be pushed over, so nothing is minted
		case h.holds(c.Now) && c.q.answers(k, c.Now, h.next) && (best == nil || h.branch < best.branch):
			best = h
		}
	}
	return best, nil
}

// wouldBe are the branches that a move may have, as far as it is known before
// the move is made: a rotation begins with the first phase of its strategy.
func (c *call) wouldBe(k Ask) (branches []string) {
	s := c.Now.Clone()
	s.Status.Epoch++
	if k.Verb != state.MoveStart {
		s.Status.Phase = c.q.target(k, c.Now)
		return []string{text.Branch(s)}
	}
	for _, p := range rotation.Paths {
		if p.Kind == k.Kind && (c.q.Material.Strategy == "" || c.q.Material.Strategy == p.Strategy) {
			s.Status.Phase = p.Steps[0].Name
			branches = append(branches, text.Branch(s))
		}
	}
	return branches
}

// left reports a branch with a commit of somebody else.
func (c *call) left(h *head, due []forge.Pull) Report {
	r := Report{Operation: OpLeft, Branch: h.branch, Commit: h.details.Commit, Epoch: c.Now.Status.Epoch + 1,
		Why: "the branch is left alone: it has a commit that is not this command's: " + h.words() + ". Delete the branch or close its pull request to have the change made anew"}
	if len(due) > 0 {
		r.Number, r.URL = due[0].Number, due[0].URL
	}
	return r
}
