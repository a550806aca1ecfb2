package cli

import (
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// leavesRepository reports whether links lead a path out of the repository in
// which it is named: a branch that somebody checks out may bring such links.
func leavesRepository(path string) bool {
	full, err := filepath.Abs(path)
	if err != nil {
		return true
	}
	root := repositoryOf(filepath.Dir(full))
	if root == "" {
		return false
	}
	_, inside := files.Below(disk.Real(root), disk.Real(full))
	return !inside
}

// keyPlace refuses a place for a new key file: one in clear that Git would
// commit, where links lead to, and an encrypted one that links lead out of its
// repository, where nobody would commit it.
func keyPlace(c *custody.Custody, file string) error {
	if c.Mode != plainMode && leavesRepository(file) {
		return problem.CLIPlace.With("out of its repository, behind a symbolic link").In(file)
	}
	return guardPlace(c, file)
}
