package statefile

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// BehindLink is the state file that a path leads to, if both are in one
// repository: the file behind a link is read and written, and its keys are
// beside it. Any other path is given back as it is.
func BehindLink(path string) string {
	named, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	real, root := disk.Real(named), disk.RepositoryOf(filepath.Dir(named))
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
	return FromHere(behind)
}

// FromHere is a path relative to where the command runs, as far as that is known.
func FromHere(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if below, err := filepath.Rel(here, path); err == nil {
		return below
	}
	return path
}

// RefuseLink refuses to change a state through a link: replacing the link would
// leave the file that others read as it was.
func RefuseLink(path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		return nil // a file that does not exist is refused where it is read
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return files.Unread(path, err)
	}
	return problem.CLIStateLink.With(real).In(path).Hint("--state %s names it", sink.Shell(real))
}
