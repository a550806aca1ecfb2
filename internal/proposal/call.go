package proposal

import (
	"context"
	"io"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// call is one call: its look at the repository, and the tree that it works in.
type call struct {
	*base.Base
	Random io.Reader
	Files  files.Writer
	Keys   Keys
	q      Request
	// flavour is the forge that bodies are written for.
	flavour string
	ctx     context.Context
	done    func() // of a context with a limit
	// onBase is the base's state in a call on another commit (treeAgain).
	onBase *state.Rotation
	tree   *repo.Worktree // made when it is needed
}

// Make makes the change, and its pull request unless only a commit is wanted.
func Make(w World, q Request) (Report, error) {
	c, err := locate(w, q)
	if err != nil {
		return Report{}, err
	}
	defer c.close()
	if err := c.lookAround(); err != nil {
		return Report{}, err
	}
	var r Report
	switch {
	case q.Next:
		r, err = c.autopilot()
	case q.CommitOnly:
		r, err = c.commitOnly(q.Ask)
	default:
		r, err = c.open(q.Ask)
	}
	return r, c.Told(err)
}

// lookAround finds remote and base branch, and reads the state there.
func (c *call) lookAround() error {
	err := c.Remotes(c.q.Remote, c.q.CommitOnly)
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

// locate finds the repository and the state file's place in it.
func locate(w World, q Request) (*call, error) {
	c := &call{Base: &base.Base{World: w.World, StatePath: q.StatePath, Signers: q.Signers}, Random: w.Random, Files: w.Files, Keys: w.Keys, q: q, flavour: q.Flavour, ctx: context.Background()}
	folder, err := filepath.Abs(filepath.Dir(q.StatePath))
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder)
	}
	if err != nil {
		return nil, files.Unread(q.StatePath, err)
	}
	if c.Repo, err = repo.Open(folder); err != nil {
		return nil, base.GitProblem(err)
	}
	below, err := filepath.Rel(c.Repo.Top, filepath.Join(folder, filepath.Base(q.StatePath)))
	if err != nil || !filepath.IsLocal(below) {
		return nil, problem.PRNoRepository.With().In(q.StatePath)
	}
	c.State = filepath.ToSlash(below)
	return c, nil
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
}

// prefix begins the branches of this state.
func (c *call) prefix() string { return "l5d-pki/" + c.Now.Metadata.Name + "/" }

// reach reaches the forge behind the remote. Bodies are for its flavour, unless
// another is asked for.
func (c *call) reach() (f forge.Forge, err error) {
	if f, c.ctx, c.done, err = c.Reach(c.q.Forge); err == nil && c.flavour == "" {
		c.flavour = f.Name()
	}
	return f, err
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
	flags.SSHHost = c.Repo.SSHHost
	if target, err := forge.Detect(address, c.Getenv, flags); err == nil {
		c.flavour = target.Kind
	}
}
