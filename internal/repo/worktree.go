package repo

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
)

// Worktree is a working tree of its own in a directory of the user's: a detached
// checkout that shares history and configuration with its repository.
type Worktree struct {
	repo *Repo
	// Dir is its top directory.
	Dir    string
	parent string // temporary, holds Dir
	commit string
	// reviewed says that hooks and filters may run on its files.
	reviewed bool
	release  func()          // the lock that tells others that this process lives
	filters  []child.Setting // that turn filters off
	// SkippedHooks are hooks that did not run: they are files of a working tree that
	// the commit does not have.
	SkippedHooks []string
}

// whole makes a checkout whole where the repository's own is sparse, and with
// the line ends that the commit has: what the tool owns is computed from all
// files, byte by byte. Submodules are not ours and stay empty.
var whole = []child.Setting{{"core.sparseCheckout", "false"}, {"core.autocrlf", "false"}, {"core.eol", "lf"},
	{"advice.detachedHead", "false"}}

// Checkout makes a working tree of a commit. Close removes it. No filter runs and
// no hook, also not in a commit that is made there.
func (r *Repo) Checkout(commit string) (*Worktree, error) { return r.checkout(commit, false) }

// CheckoutReviewed makes a working tree of a commit of a branch that is
// reviewed. The user's filters run, as for files in Git LFS, and hooks run where
// something is committed.
func (r *Repo) CheckoutReviewed(commit string) (*Worktree, error) { return r.checkout(commit, true) }

func (r *Repo) checkout(commit string, reviewed bool) (*Worktree, error) {
	r.sweepWorktrees()
	below, err := r.worktreesBelow()
	if err != nil {
		return nil, err
	}
	parent, err := os.MkdirTemp(below, worktreePrefix)
	if err != nil {
		return nil, err
	}
	if parent, err = filepath.EvalSymlinks(parent); err != nil {
		return nil, err
	}
	release, err := inUse(parent)
	if err != nil {
		_ = os.RemoveAll(parent)
		return nil, err
	}
	// The directory's name becomes the name of the administrative directory in .git.
	w := &Worktree{repo: r, Dir: filepath.Join(parent, filepath.Base(parent)), parent: parent, commit: commit, reviewed: reviewed,
		release: release}
	// --no-checkout: filters are off only once the directory is there.
	_, err = r.git("worktree", "add", "--quiet", "--detach", "--no-checkout", w.Dir, commit)
	if err == nil && !reviewed {
		w.filters, err = withoutFilters(w.Dir)
	}
	if err == nil {
		err = w.fill()
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// fill writes the files of the commit. Filters may have to download some.
func (w *Worktree) fill() error {
	c := w.call(longPatience)
	if w.reviewed {
		c.use = child.Transport
	}
	if _, err := c.run("reset", "--quiet", "--hard"); err != nil {
		return err
	}
	return w.plain()
}

// Close removes the folder and what Git keeps of it.
func (w *Worktree) Close() {
	_, _ = w.repo.git("worktree", "remove", "--force", w.Dir) // what it leaves, `git gc` prunes
	w.release()                                               // Windows removes no open file
	_ = os.RemoveAll(w.parent)
}

// call is a call in the working tree, with its files as the commit has them.
func (w *Worktree) call(wait time.Duration) call {
	return call{dir: w.Dir, wait: wait, settings: append(slices.Clone(whole), w.filters...)}
}

func (w *Worktree) git(wait time.Duration, stdin []byte, args ...string) (string, error) {
	c := w.call(wait)
	c.stdin = stdin
	out, err := c.run(args...)
	return strings.TrimSuffix(string(out), "\n"), err
}

// Added lists the files that were put into the folder and that its commit does
// not have, ignored or not.
func (w *Worktree) Added() ([]string, error) {
	out, err := w.git(patience, nil, "ls-files", "--others", "-z")
	return strings.FieldsFunc(out, func(r rune) bool { return r == 0 }), err
}
