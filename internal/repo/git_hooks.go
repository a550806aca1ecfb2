package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// hooks is the directory of the hooks for a commit in the working tree. Hooks
// that the repository tracks, as core.hooksPath=.husky has them or links in
// .git/hooks, are taken from the commit that is checked out there and not from
// what the user looks at just now; of a commit that nobody reviewed none runs.
func (w *Worktree) hooks() (string, error) {
	if !w.reviewed {
		return noHooks, nil
	}
	named, err := w.repo.hooksNamed()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(w.Dir, named)
	if filepath.IsAbs(named) {
		if dir, err = w.ofCommit(named); err != nil {
			return "", err
		}
	}
	if !within(dir, w.Dir) {
		return w.linkedHooks(dir)
	}
	if !exists(dir) && exists(filepath.Join(w.repo.Top, strings.TrimPrefix(dir, w.Dir))) {
		w.SkippedHooks = append(w.SkippedHooks, named)
	}
	return dir, nil
}

// hooksNamed is core.hooksPath, or the directory that git looks in without it.
func (r *Repo) hooksNamed() (string, error) {
	path, err := call{dir: r.Top, wait: patience, use: child.Committing}.run("config", "--type=path", "--get", "core.hooksPath")
	var said *Error
	if errors.As(err, &said) && said.status == 1 { // not set
		own, found := find(r.Top)
		if !found {
			return "", ErrNone
		}
		return filepath.Join(own.shared(), "hooks"), nil
	}
	return strings.TrimSuffix(string(path), "\n"), err
}

// linkedHooks replaces links of a directory that lead into a working tree of the
// repository by links to what the commit has at their places.
func (w *Worktree) linkedHooks(dir string) (string, error) {
	entries, _ := os.ReadDir(dir) // a directory that cannot be read has no hooks
	targets, changed := map[string]string{}, false
	for _, e := range entries {
		file := filepath.Join(dir, e.Name())
		target, err := w.ofCommit(file)
		if err != nil {
			return "", err
		}
		targets[e.Name()] = target
		if target == file {
			continue
		}
		changed = true
		if !exists(target) && !strings.HasSuffix(file, ".sample") {
			w.SkippedHooks = append(w.SkippedHooks, file)
		}
	}
	if !changed {
		return dir, nil
	}
	links, err := os.MkdirTemp(w.parent, "hooks-")
	for name, target := range targets {
		if err == nil {
			err = os.Symlink(target, filepath.Join(links, name))
		}
	}
	return links, err
}

// ownHooks is the directory of hooks for what is run in the user's own working
// tree: none where any of them is of that tree, which may have a branch that
// nobody reviewed.
func (r *Repo) ownHooks() (string, error) {
	named, err := r.hooksNamed()
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(named) {
		return noHooks, nil
	}
	away := &Worktree{repo: r, Dir: noHooks}
	entries, _ := os.ReadDir(named)
	paths := []string{named}
	for _, e := range entries {
		paths = append(paths, filepath.Join(named, e.Name()))
	}
	for _, path := range paths {
		if there, err := away.ofCommit(path); err != nil || there != path {
			return noHooks, err
		}
	}
	return named, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// ofCommit is where a file or directory of a working tree of the repository, the
// user's or another one, is in this one, links followed. Others stay as they are,
// .git among them.
func (w *Worktree) ofCommit(dir string) (string, error) {
	own, found := find(w.repo.Top)
	if !found {
		return "", ErrNone
	}
	real := disk.Real(dir)
	for below := real; ; {
		at, found, err := around(below)
		switch {
		case err != nil:
			return "", &Error{"config", "core.hooksPath=" + dir + ": " + err.Error(), -1}
		case !found, within(real, at.gitDir), within(real, own.shared()):
			return dir, nil
		case at.shared() == own.shared():
			name, err := filepath.Rel(at.top, real)
			return filepath.Join(w.Dir, name), err
		}
		below = filepath.Dir(at.top) // a repository inside of another one
		if below == at.top {
			return dir, nil
		}
	}
}
