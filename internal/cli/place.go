package cli

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// checkPlace refuses to write a file that a flag names where it would mean
// something to Git or to CI, where it is a link, or where links lead it out of
// the repository that it is named in. Whoever may commit links could otherwise
// choose what the command writes.
func checkPlace(file string) error {
	if info, err := os.Lstat(file); err == nil && info.Mode()&os.ModeSymlink != 0 {
		return problem.CLIPlace.With("a symbolic link").In(file)
	}
	full, err := filepath.Abs(file)
	if err != nil {
		return problem.CLIRead.With(reason(err)).In(file).Because(err)
	}
	dir, base := filepath.Split(full)
	real := filepath.Join(disk.Real(dir), base)
	if root := repositoryOf(filepath.Clean(dir)); root != "" {
		if _, inside := files.Below(disk.Real(root), real); !inside {
			return problem.CLIPlace.With("out of its repository, behind a symbolic link").In(file)
		}
	}
	if root := repositoryOf(filepath.Dir(real)); root != "" {
		name, _ := files.Below(root, real)
		if why := state.ProtectedPath(name); why != "" {
			return problem.CLIPlace.With(why).In(file)
		}
	}
	return nil
}
