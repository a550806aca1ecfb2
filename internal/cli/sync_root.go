package cli

import (
	"errors"
	"os"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// staysBelow looks at the places of all files through the root once more, right
// before they are written: whatever became a link since then leads to an error,
// not out of the repository.
func staysBelow(root string, files []syncFile) error {
	below, err := os.OpenRoot(root)
	if err != nil {
		return problem.CLIWrite.With(root, reason(err)).Because(err)
	}
	defer below.Close()
	for _, f := range files {
		_, err := regularMode(below, f.name)
		switch {
		case errors.Is(err, errNotRegular):
			return problem.SyncProtected.With(f.name, "a symbolic link, or below one")
		case err != nil:
			return problem.CLIWrite.With(f.name, reason(err)).Because(err)
		}
	}
	return nil
}
