package cli

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// behindLink is the state file that a path leads to, if both are in one
// repository: the file behind a link is read and written, and its keys are
// beside it. Any other path is given back as it is.
func behindLink(path string) string {
	named, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	real, root := disk.Real(named), repositoryOf(filepath.Dir(named))
	if real == named || root == "" {
		return path
	}
	realRoot, err := filepath.EvalSymlinks(root)
	if err != nil {
		return path
	}
	below, err := filepath.Rel(realRoot, real)
	if err != nil || !filepath.IsLocal(below) {
		return path
	}
	behind := filepath.Join(root, below)
	if filepath.IsAbs(path) {
		return behind
	}
	return fromHere(behind)
}

// fromHere is a path relative to where the command runs, as far as that is known.
func fromHere(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if below, err := filepath.Rel(here, path); err == nil {
		return below
	}
	return path
}

// repositoryOf is the nearest directory upward with .git, "" if there is none.
func repositoryOf(dir string) string {
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, gitName)); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// refuseLink refuses to change a state through a link: replacing the link would
// leave the file that others read as it was.
func refuseLink(path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		return nil // a file that does not exist is refused where it is read
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return problem.CLIRead.With(reason(err)).In(path).Because(err)
	}
	return problem.CLIStateLink.With(real).In(path).Hint("--state %s names it", real)
}
