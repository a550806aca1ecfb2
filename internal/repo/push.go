package repo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
)

// pushing is what is being pushed, each push below a name of its own.
const pushing = "refs/l5d-pki-render-pushing/"

// Push says what a branch of a remote becomes.
type Push struct {
	Remote, Branch string
	// Commit is what the branch becomes, Was where it was seen, "" where there was none.
	Commit, Was string
	// Reviewed is a commit whose files a hook of the push may start: the base's.
	Reviewed string
}

// Push puts a commit on a branch of the remote, if the branch is still where it
// was seen. Hooks run that are not files of a working tree, in a tree of the reviewed
// commit: the user's may have a branch that nobody reviewed, and hooks start what
// is there.
func (r *Repo) Push(p Push) (err error) {
	c := call{dir: r.Top, wait: longPatience, use: child.Committing}
	if c.hooks, err = r.pushHooks(); err != nil {
		return err
	}
	if c.hooks != noHooks {
		w, err := r.CheckoutReviewed(p.Reviewed)
		if err != nil {
			return err
		}
		defer w.Close()
		c.dir = w.Dir
	}
	// Only a refspec with a pattern means the branch alone: of a name, Git also finds
	// refs/tags/refs/heads/NAME and the like on the remote, and pushes to that.
	from := fmt.Sprintf("%s%016x/", pushing, rand.Uint64())
	if _, err := r.git("update-ref", from+p.Branch, p.Commit); err != nil {
		return err
	}
	defer func() {
		_, failed := r.git("update-ref", "-d", from+p.Branch)
		err = errors.Join(err, failed)
	}()
	_, err = c.run("push", "--recurse-submodules=no", "--no-follow-tags", "--quiet", "--porcelain",
		"--force-with-lease=refs/heads/"+p.Branch+":"+p.Was, "--", p.Remote, from+"*:refs/heads/*")
	var said *Error
	if !errors.As(err, &said) || !hasMoved(said.Text) {
		return err
	}
	if now, wrong := r.Look(p.Remote); wrong == nil && now.Heads[p.Branch] == p.Was {
		return err // it is where it was: Git's words name what is in the way
	}
	return fmt.Errorf("%w: %w", ErrMoved, err)
}

// pushHooks is the directory of hooks for a push, none where it has none for that.
func (r *Repo) pushHooks() (string, error) {
	dir, err := r.ownHooks()
	for _, name := range []string{"pre-push", "reference-transaction"} {
		if exists(filepath.Join(dir, name)) {
			return dir, err
		}
	}
	return noHooks, err
}

// hasMoved reports whether a push failed since somebody else pushed to the branch:
// Git compares before it sends ("stale info"), and the server when it takes the
// commit, in the words of its ref store, where the branch was made or moved in between.
func hasMoved(said string) bool {
	for _, words := range []string{"stale info", "cannot lock ref", "reference already exists", "fetch first", "non-fast-forward",
		"failed to update ref"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}
