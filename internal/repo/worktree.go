package repo

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Worktree is a working tree of its own in a temporary folder: a detached
// checkout that shares history, configuration and hooks with its repository.
type Worktree struct {
	repo *Repo
	// Dir is its top folder.
	Dir    string
	parent string // temporary, holds Dir
	commit string
}

// whole makes a checkout whole where the repository's own is sparse, and with
// the line ends that the commit has: what the tool owns is computed from all
// files, byte by byte. Submodules are not ours and stay empty.
var whole = []string{"-c", "core.sparseCheckout=false", "-c", "core.autocrlf=false", "-c", "submodule.recurse=false", "-c", "advice.detachedHead=false", "-c", "gc.auto=0"}

// Checkout makes a working tree of a commit. Close removes it.
func (r *Repo) Checkout(commit string) (*Worktree, error) {
	parent, err := os.MkdirTemp("", "l5d-pki-render-")
	if err != nil {
		return nil, err
	}
	if parent, err = filepath.EvalSymlinks(parent); err != nil {
		return nil, err
	}
	// The folder's name becomes the name of the administrative folder in .git.
	w := &Worktree{repo: r, Dir: filepath.Join(parent, filepath.Base(parent)), parent: parent, commit: commit}
	// --no-checkout: post-checkout hooks are for people's own checkouts.
	if _, err = r.git("worktree", "add", "--quiet", "--detach", "--no-checkout", w.Dir, commit); err == nil {
		_, err = w.git(longPatience, nil, "reset", "--quiet", "--hard")
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Close removes the folder and what Git keeps of it.
func (w *Worktree) Close() {
	_, _ = w.repo.git("worktree", "remove", "--force", w.Dir) // what it leaves, `git gc` prunes
	_ = os.RemoveAll(w.parent)
}

func (w *Worktree) git(wait time.Duration, stdin []byte, args ...string) (string, error) {
	out, err := call{dir: w.Dir, stdin: stdin, wait: wait}.run(append(append([]string{}, whole...), args...)...)
	return strings.TrimSuffix(string(out), "\n"), err
}

// Stage puts files, by their names from the top, as they are in the folder (or
// as they are missing) into the tree of the next commit, whatever is ignored,
// and gives that tree.
func (w *Worktree) Stage(names []string) (tree string, err error) {
	list := []byte(strings.Join(names, "\x00"))
	if len(names) > 0 {
		if _, err = w.git(longPatience, list, "--literal-pathspecs", "add", "--all", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"); err != nil {
			return "", err
		}
	}
	return w.git(patience, nil, "write-tree")
}

// Added lists the files that were put into the folder and that its commit does
// not have, ignored or not.
func (w *Worktree) Added() ([]string, error) {
	out, err := w.git(patience, nil, "ls-files", "--others", "-z")
	return strings.FieldsFunc(out, func(r rune) bool { return r == 0 }), err
}
