package proposal

import (
	"maps"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// snapshot is what is known before the forge was asked.
func (c *call) snapshot() plan.Snapshot {
	return plan.Snapshot{State: c.State, Base: c.Branch, Tip: c.Tip, Signers: c.SignersFile(), Now: c.Now, Instant: c.Instant}
}

// look lists the open pull requests of this state, with the head of the one that is
// due, and of those that are superseded.
func (c *call) look() (s plan.Snapshot, superseded map[string]*plan.Head, err error) {
	s, superseded = c.snapshot(), map[string]*plan.Head{}
	if s.Due, s.Superseded, err = c.pulls(); err != nil {
		return s, nil, err
	}
	for _, p := range s.Superseded {
		if superseded[p.Head], err = c.headOf(p); err != nil {
			return s, nil, err
		}
	}
	if len(s.Due) == 1 {
		s.Head, err = c.headOf(s.Due[0])
	}
	if c.q.Wish.Next && c.Now.Status.Rotation == nil {
		keeper, err := c.Custody(c.keyHome(c.Now), c.Now)
		s.KeysErr = err
		s.KeysLost = err == nil && keeper.Name == state.CustodyFile && !filepath.IsAbs(c.q.Material.Directory(keeper, c.Now))
	}
	return s, superseded, err
}

// headOf is the head of a pull request; nil where its branch is gone.
func (c *call) headOf(p forge.Pull) (*plan.Head, error) {
	commit := c.Branches.Heads[p.Head]
	if commit == "" {
		return nil, nil
	}
	return c.inspect(p.Head, commit)
}

// decided looks for the head that the change may be in already, and decides.
func (c *call) decided(s *plan.Snapshot, w plan.Wish) (plan.Plan, error) {
	if s.Head == nil && len(s.Due) < 2 { // or the branch of the pull request was deleted: it is pushed again
		heads, err := c.candidates(w)
		if err != nil {
			return plan.Plan{}, err
		}
		s.Head = plan.Choose(*s, w, heads)
	}
	var err error
	if plan.Unproven(*s, w) {
		err = c.remake(s.Head)
	}
	if err == nil && !w.Next && w.Keeps(c.Now, s.Head) {
		s.Ignored, err = c.ignoredBy(s.Head)
	}
	if err != nil {
		return plan.Plan{}, err
	}
	p, err := plan.Decide(*s, w, c.move)
	if err == nil && p.Report != nil && len(p.Report.Needs) == 0 && s.Head != nil {
		err = s.Head.Waits()
	}
	if c.broken != nil {
		err = c.broken
	}
	return p, err
}

// candidates are the heads that the change of a wish may be in: those of the next
// epoch that the remote has and, of a start, what an earlier call made and could
// not push.
func (c *call) candidates(w plan.Wish) (heads []*plan.Head, err error) {
	found, err := c.Repo.Made(text.Prefix(c.Now))
	if err != nil {
		return nil, base.GitProblem(err)
	}
	if err := c.addPending(found); err != nil {
		return nil, err
	}
	maps.Copy(found, c.Branches.Heads)
	for _, branch := range slices.Sorted(maps.Keys(found)) {
		epoch, ours := text.EpochIn(c.Now, branch)
		_, pushed := c.Branches.Heads[branch]
		if !ours || epoch != c.Now.Status.Epoch+1 || !pushed && w.Verb != state.MoveStart {
			continue
		}
		h, err := c.inspect(branch, found[branch])
		if err != nil {
			return nil, err
		}
		h.Pushed = pushed
		heads = append(heads, h)
	}
	return heads, nil
}
