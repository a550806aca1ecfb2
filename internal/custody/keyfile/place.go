package keyfile

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// checkNewPlace refuses a place for a new key file: one in clear that Git would
// commit, where links lead to, and an encrypted one that links lead out of its
// repository, where nobody would commit it.
func checkNewPlace(c *custody.Custody, file string) error {
	if c.Mode != PlainMode && files.LeavesRepository(file) {
		return problem.CLIPlace.With("out of its repository, behind a symbolic link").In(file)
	}
	return GuardPlace(c, file)
}
