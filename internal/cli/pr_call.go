package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// here is the repository itself as a remote: git takes it for one.
const here = "."

// prCall is one call of pr: the repository, its base branch as the remote has
// it, and the state there.
type prCall struct {
	*app
	f    *prFlags
	ctx  context.Context
	done context.CancelFunc // of a context with a limit
	repo *repo.Repo
	// state is the state file's name in the repository.
	state string
	// remote is where branches are; base and tip are the branch that changes go
	// to, and its commit.
	remote   string
	branches repo.Branches
	base     string
	tip      string
	// text and now are the state at the tip; nil where it has none.
	text []byte
	now  *state.Rotation
	// onBase is the base's state in a call on another commit (treeAgain).
	onBase *state.Rotation
	tree   *repo.Worktree // made when it is needed
	root   string         // the folder that the repository's files are looked at in: the tree's
	// merged is what the guard judges: the base with the head merged into it.
	merged string
	made   time.Time // instant of this call, whole seconds: what the log can hold
}

// openPR finds repository, remote and base branch, and reads the state there.
func (a *app) openPR(f *prFlags) (*prCall, error) {
	c, err := a.locate(f)
	if err != nil {
		return nil, err
	}
	if err := c.lookAround(); err != nil {
		return nil, err
	}
	if err := c.repo.Fetch(c.remote, c.base, c.tip, 1); err != nil {
		return nil, c.gitProblem(err)
	}
	return c, c.readBase()
}

// locate finds the repository and the state file's place in it.
func (a *app) locate(f *prFlags) (*prCall, error) {
	if f.guard {
		return a.locateGuard(f)
	}
	c := &prCall{app: a, f: f, ctx: context.Background(), made: a.Now().UTC().Truncate(time.Second)}
	folder, err := filepath.Abs(filepath.Dir(f.statePath))
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder)
	}
	if err != nil {
		return nil, problem.CLIRead.With(reason(err)).In(f.statePath).Because(err)
	}
	if c.repo, err = repo.Open(folder); err != nil {
		return nil, c.gitProblem(err)
	}
	below, err := filepath.Rel(c.repo.Top, filepath.Join(folder, filepath.Base(f.statePath)))
	if err != nil || !filepath.IsLocal(below) {
		return nil, problem.PRNoRepository.With().In(f.statePath)
	}
	c.state = filepath.ToSlash(below)
	return c, nil
}

// lookAround lists the remote's branches and chooses the base.
func (c *prCall) lookAround() (err error) {
	if c.remote = c.f.remote; c.remote == "" {
		c.remote, err = c.repo.DefaultRemote()
	}
	if errors.Is(err, repo.ErrNoRemote) && (c.f.commitOnly || c.f.guard) {
		c.remote, err = here, nil
	}
	if err != nil {
		return c.gitProblem(err)
	}
	if c.branches, err = c.repo.Look(c.remote); err != nil {
		return c.gitProblem(err)
	}
	if queued, err := c.queued(); queued || err != nil {
		return err
	}
	if c.base = c.f.base; c.base == "" && c.f.guard {
		c.base = c.Getenv("GITHUB_BASE_REF")
		if c.base == "" {
			c.base = c.Getenv("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
		}
	}
	if c.base == "" {
		c.base = c.branches.Default
	}
	if c.base == "" {
		return problem.PRNoDefault.With(address.Redact(c.remote))
	}
	c.tip = c.branches.Heads[c.base]
	if c.tip == "" {
		return problem.PRNoBase.With(address.Redact(c.remote), c.base)
	}
	return nil
}

// readBase reads the state at the tip of the base. The guard reads it by itself,
// since it also judges the change that brings the state.
func (c *prCall) readBase() error {
	if c.f.guard {
		return nil
	}
	text, ok, err := c.repo.File(c.tip, c.state)
	switch {
	case err != nil:
		return c.gitProblem(err)
	case !ok:
		return problem.PRNoState.With(c.base).In(c.state)
	}
	c.text = text
	c.now, err = state.ParseLegacy(c.state, text)
	return err
}

// instant is when this call's move is made.
func (c *prCall) instant() time.Time { return c.made }

// gitProblem says what git said.
func (c *prCall) gitProblem(err error) error {
	err = repo.ExplainSubmodule(err)
	var said *problem.Problem
	switch {
	case err == nil:
		return nil
	case errors.Is(err, repo.ErrNone):
		return problem.PRNoRepository.With().Because(err)
	case errors.As(err, &said):
		return err
	case errors.Is(err, repo.ErrMoved):
		return problem.PRMoved.With().Because(err)
	case isNotRegular(err):
		return problem.PRGuardNotFile.With(err, "in Git").Because(err)
	case errors.Is(err, repo.ErrHook):
		return problem.PRHook.With().Because(err)
	}
	return problem.PRGit.With(err).Because(err)
}

// checkout makes the tree that this call works in.
func (c *prCall) checkout(commit string) (err error) {
	if c.tree != nil {
		return nil
	}
	checkout := c.repo.Checkout
	if commit == c.branches.Heads[c.base] {
		checkout = c.repo.CheckoutReviewed
	}
	if c.tree, err = checkout(commit); err != nil {
		return c.gitProblem(err)
	}
	c.root = c.tree.Dir
	return nil
}

func (c *prCall) close() {
	if c.done != nil {
		c.done()
	}
	if c.tree != nil {
		c.tree.Close()
	}
}

// at is a file of the repository where this call looks at it.
func (c *prCall) at(name string) string { return filepath.Join(c.root, filepath.FromSlash(name)) }

// beside is the name, in the repository, of a path relative to the state file.
func (c *prCall) beside(path string) string {
	return filepath.ToSlash(filepath.Join(filepath.Dir(filepath.FromSlash(c.state)), filepath.FromSlash(path)))
}

// inRepository is the name of a file that is named by its place in the tree.
func (c *prCall) inRepository(file string) string {
	if c.root == "" {
		return file
	}
	return filepath.ToSlash(strings.TrimPrefix(file, c.root+string(os.PathSeparator)))
}

// prefix begins the branches of this state.
func (c *prCall) prefix() string { return "l5d-pki/" + c.now.Metadata.Name + "/" }
