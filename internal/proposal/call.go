package proposal

import (
	"context"
	"errors"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// call is one call: its look at the repository, and the tree that it works in.
type call struct {
	*base.Base
	Moves moves.World
	q     Request
	// flavour is the forge that bodies are written for.
	flavour string
	forge   forge.Forge
	ctx     context.Context
	done    func() // of a context with a limit
	// onBase is the base's state in a call on another commit (treeAgain).
	onBase *state.Rotation
	tree   *repo.Worktree // made when it is needed
	noted  []string       // what was said of pull requests of others
	makings
}

// Make makes the change, and its pull request unless only a commit is wanted.
func Make(w World, q Request) (plan.Report, error) {
	margin, err := plan.MarginOf(q.StartBefore)
	if err != nil && q.Wish.Next {
		return plan.Report{}, err
	}
	c, err := locate(w, q)
	if err != nil {
		return plan.Report{}, err
	}
	defer c.close()
	if err := c.lookAround(); err != nil {
		return plan.Report{}, err
	}
	var r plan.Report
	if q.CommitOnly {
		r, err = c.commitOnly()
	} else {
		r, err = c.pullRequest(margin)
	}
	return r, c.Told(err)
}

// pullRequest closes what is superseded, and makes the one pull request of the next epoch.
func (c *call) pullRequest(margin rotation.Margin) (plan.Report, error) {
	if err := c.reach(); err != nil {
		return plan.Report{}, err
	}
	s, superseded, err := c.look()
	if err != nil {
		return plan.Report{}, err
	}
	closed, err := c.closeSuperseded(s, superseded)
	if err != nil {
		return plan.Report{}, err
	}
	p, err := c.planned(&s, margin)
	if err != nil {
		return plan.Report{}, err
	}
	also, err := c.closeAll(p.Close)
	if err != nil {
		return plan.Report{}, err
	}
	r := plan.Report{}
	if p.Report != nil {
		r = *p.Report
		r.Warned, err = c.warn(s)
	} else {
		r, err = c.publish(s, p)
	}
	if p.Why != "" {
		r.Why = p.Why + ": " + r.Why
	}
	r.Closed, r.Base, r.DryRun = slices.Concat(closed, also, r.Closed), c.Branch, c.q.DryRun
	return r, err
}

// warn has the open pull request say whether its text is of another commit than the one on
// its branch, which is left alone.
func (c *call) warn(s plan.Snapshot) (bool, error) {
	change := s.Warning(forge.LimitsOf(c.flavour))
	if change == nil || c.q.DryRun {
		return change != nil, nil
	}
	_, err := c.forge.Update(c.ctx, s.Due[0].Number, *change)
	return err == nil, err
}

// planned is what becomes of the wish, or of what is due.
func (c *call) planned(s *plan.Snapshot, margin rotation.Margin) (plan.Plan, error) {
	if !c.q.Wish.Next {
		return c.decided(s, c.q.Wish)
	}
	w, why, ended, err := plan.Due(*s, c.q.Wish, margin, c.move)
	if err = errors.Join(c.broken, err); err != nil {
		return plan.Plan{}, err
	}
	if ended != nil {
		return *ended, nil
	}
	if len(s.Due) == 0 {
		if r, err := c.refused(w); r != nil || err != nil {
			return plan.Plan{Report: r}, err
		}
	}
	p, err := c.decided(s, w)
	p.Why = why
	return p, err
}

// refused reports a pull request of the wish's move that a person closed.
func (c *call) refused(w plan.Wish) (*plan.Report, error) {
	m, err := c.move(w)
	if err != nil {
		return nil, err
	}
	branch := text.Branch(m.State)
	closed, err := c.forge.List(c.ctx, forge.Query{Base: c.Branch, Head: branch, State: "closed"})
	own, _ := plan.Own(closed, nil)
	return plan.Refused(own, branch), err
}

// lookAround finds remote and base branch, and reads the state there.
func (c *call) lookAround() error {
	err := c.Remotes(c.q.Remote, c.q.Base, c.q.CommitOnly)
	if err == nil {
		err = c.Choose(c.q.Base)
	}
	if err == nil {
		err = c.Fetch()
	}
	if err != nil {
		return err
	}
	return c.readBase()
}

// readBase reads the state at the tip of the base.
func (c *call) readBase() error {
	text, ok, err := c.Repo.File(c.Tip, c.State)
	switch {
	case err != nil:
		return base.GitProblem(err)
	case !ok:
		return problem.PRNoState.With(c.Branch).In(c.State)
	}
	c.Text = text
	c.Now, err = state.ParseLegacy(c.State, text)
	return err
}

// checkout makes the tree that this call works in.
func (c *call) checkout(commit string) (err error) {
	if c.tree != nil {
		return nil
	}
	checkout := c.Repo.Checkout
	if commit == c.Branches.Heads[c.Branch] {
		checkout = c.Repo.CheckoutReviewed
	}
	if c.tree, err = checkout(commit); err != nil {
		return base.GitProblem(err)
	}
	c.Root = c.tree.Dir
	return nil
}

func (c *call) close() {
	if c.done != nil {
		c.done()
	}
	if c.tree != nil {
		c.tree.Close()
	}
	c.wipe()
}

// reach reaches the forge behind the remote. Bodies are for its flavour, unless
// another is asked for.
func (c *call) reach() (err error) {
	if c.forge, c.ctx, c.done, err = c.Reach(c.q.Forge); err == nil && c.flavour == "" {
		c.flavour = c.forge.Name()
	}
	return err
}

// guessFlavour takes the flavour of the remote's forge where none is reached;
// an unknown one gets plain text.
func (c *call) guessFlavour() {
	if c.flavour != "" {
		return
	}
	remote := c.q.Remote
	var err error
	if remote == "" {
		if remote, err = c.Repo.DefaultRemote(); err != nil {
			return
		}
	}
	address, err := c.Repo.URL(remote)
	if err != nil {
		return
	}
	flags := c.q.Forge
	flags.SSHHost = c.Repo.SSHHostOfUser
	if target, err := forge.Detect(address, c.Getenv, flags); err == nil {
		c.flavour = target.Kind
	}
}
