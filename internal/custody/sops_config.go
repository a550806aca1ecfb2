package custody

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// SOPSRulesFile is the name of the file that says to whom sops encrypts.
const SOPSRulesFile = ".sops.yaml"

// sopsConfig finds the rules that sops would find, from the state's directory upwards, and
// the null device where there are none. Behind the top of the repository they count only if
// nobody else may write them: a tree below the directory for temporary files has
// everybody's files above it.
func (c *Custody) sopsConfig() (string, error) {
	dir := absolute(filepath.Dir(c.StatePath))
	for inside := true; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, SOPSRulesFile)
		info, err := os.Stat(path)
		switch {
		case err == nil && info.Mode().IsRegular() && !inside && !private(path, dir):
			return "", problem.CustodyRulesOfOthers.With().In(path)
		case err == nil && info.Mode().IsRegular():
			return path, nil
		}
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			inside = false
		}
		if dir == filepath.Dir(dir) {
			return os.DevNull, nil
		}
	}
}
