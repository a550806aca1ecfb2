package cli

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// replaceBelow is replaceAll for files of one repository, by their names in it: what
// became a link since they were looked at leads to an error, not out of it.
func (a *app) replaceBelow(root string, changed []syncFile) error {
	below, err := os.OpenRoot(root)
	if err != nil {
		return problem.CLIWrite.With(root, reason(err)).Because(err)
	}
	defer below.Close()
	paths := make([]string, len(changed))
	for i, f := range changed {
		paths[i] = filepath.FromSlash(f.name)
		_, err := files.RegularMode(below, f.name)
		switch {
		case errors.Is(err, files.ErrNotRegular):
			return problem.SyncProtected.With(f.name, "a symbolic link, or below one")
		case err != nil:
			return problem.CLIWrite.With(f.name, reason(err)).Because(err)
		}
	}
	return a.replace(below, changed, paths)
}
