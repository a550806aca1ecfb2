package repo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

const (
	// worktreePrefix begins the names of the directories of worktrees.
	worktreePrefix = "l5d-pki-render-"
	// worktreeLock is a file beside the worktree that is locked while it is in use.
	worktreeLock = "lock"
)

// ErrNoCache says that the user has no directory of their own for a worktree.
var ErrNoCache = errors.New("no directory for caches")

// cacheDir is where worktrees are made, and the list of what was made is: below the user's
// directory for caches. What hooks and sops start there looks for modules and settings in all
// directories above, and in the one for temporary files everybody on the machine may put some.
func cacheDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoCache, err)
	}
	dir := filepath.Join(cache, "l5d-pki-render")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoCache, err)
	}
	return dir, nil
}

// worktreesBelow is cacheDir, which may not lie in a working tree of the repository: what
// is checked out there would be above the files that hooks start.
func (r *Repo) worktreesBelow() (string, error) {
	dir, err := cacheDir()
	if err != nil {
		return "", err
	}
	at, found, err := around(disk.Real(dir))
	own, _ := find(r.Top)
	if err == nil && found && at.shared() == own.shared() {
		err = fmt.Errorf("%w: %s lies in a working tree of the repository", ErrNoCache, dir)
	}
	return dir, err
}

// inUse locks the directory of a worktree for as long as the process lives.
func inUse(parent string) (release func(), err error) {
	lock := filepath.Join(parent, worktreeLock)
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		return nil, err
	}
	_, release, err = disk.Lock(lock)
	return release, err
}

// sweepWorktrees removes the worktrees of this repository whose processes were
// killed. It fails silently: what it leaves costs space and nothing else.
func (r *Repo) sweepWorktrees() {
	list, err := r.git("worktree", "list", "--porcelain")
	if err != nil {
		return
	}
	for line := range strings.Lines(list) {
		dir, is := strings.CutPrefix(strings.TrimRight(line, "\n"), "worktree ")
		if parent := filepath.Dir(filepath.FromSlash(dir)); is && isLeft(parent, filepath.Base(dir)) {
			_, _ = r.git("worktree", "remove", "--force", dir)
			_ = os.RemoveAll(parent)
		}
	}
}

// isLeft reports whether a directory is that of a worktree that no
// process uses. The list comes from .git, so the directory has to be where this
// package makes them.
func isLeft(parent, worktree string) bool {
	below, err := cacheDir()
	if err == nil {
		below, err = filepath.EvalSymlinks(below)
	}
	if err != nil || filepath.Dir(parent) != below || filepath.Base(parent) != worktree || !strings.HasPrefix(worktree, worktreePrefix) {
		return false
	}
	info, err := os.Lstat(filepath.Join(parent, worktreeLock))
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	_, release, err := disk.Lock(filepath.Join(parent, worktreeLock))
	if err != nil {
		return false
	}
	release()
	return true
}
