package files

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// CheckPlace refuses to write a file that a flag names where it would mean
// something to Git or to CI, where it is a link, or where links lead it out of
// the repository that it is named in. Whoever may commit links could otherwise
// choose what the command writes.
func CheckPlace(file string) error {
	if info, err := os.Lstat(file); err == nil && info.Mode()&os.ModeSymlink != 0 {
		return problem.CLIPlace.With("a symbolic link").In(file)
	}
	full, err := filepath.Abs(file)
	if err != nil {
		return Unread(file, err)
	}
	dir, base := filepath.Split(full)
	real := filepath.Join(disk.Real(dir), base)
	if root := RepositoryOf(filepath.Clean(dir)); root != "" {
		if _, inside := Below(disk.Real(root), real); !inside {
			return problem.CLIPlace.With("out of its repository, behind a symbolic link").In(file)
		}
	}
	if root := RepositoryOf(filepath.Dir(real)); root != "" {
		name, _ := Below(root, real)
		if why := state.ProtectedPath(name); why != "" {
			return problem.CLIPlace.With(why).In(file)
		}
	}
	return nil
}

// LeavesRepository reports whether links lead a path out of the repository in
// which it is named: a branch that somebody checks out may bring such links.
func LeavesRepository(path string) bool {
	full, err := filepath.Abs(path)
	if err != nil {
		return true
	}
	root := RepositoryOf(filepath.Dir(full))
	if root == "" {
		return false
	}
	_, inside := Below(disk.Real(root), disk.Real(full))
	return !inside
}

// RepositoryOf is the nearest directory upward with .git, "" if there is none.
func RepositoryOf(dir string) string {
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}
