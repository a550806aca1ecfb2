package disk

import (
	"os"
	"path/filepath"
)

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
