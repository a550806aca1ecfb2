package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// keyPlace refuses a place for a new key file: one in clear that Git would
// commit, where links lead to, and an encrypted one that links lead out of its
// repository, where nobody would commit it.
func keyPlace(c *custody.Custody, file string) error {
	if c.Mode != plainMode && files.LeavesRepository(file) {
		return problem.CLIPlace.With("out of its repository, behind a symbolic link").In(file)
	}
	return guardPlace(c, file)
}

// checkPlace refuses to write where links lead or where Git or CI reads (see
// [files.CheckPlace]).
func checkPlace(file string) error { return files.CheckPlace(file) }
