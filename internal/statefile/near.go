package statefile

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Bounds of the search for a state file that was not where the command looked.
const (
	searchDepth   = 3    // directories below the current one
	searchEntries = 5000 // directory entries that are looked at
	searchShown   = 3    // files that are named
)

// near looks for state files below the current directory, then in the
// directories above it up to the top of the repository.
func near() (found []string) {
	left := searchEntries
	_ = filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		left--
		switch {
		case err != nil || left < 0 || len(found) == searchShown:
			return fs.SkipAll
		case entry.IsDir() && path != "." && (strings.HasPrefix(entry.Name(), ".") ||
			strings.Count(path, string(filepath.Separator)) >= searchDepth):
			return fs.SkipDir
		case entry.Type().IsRegular() && isName(entry.Name()) && Is(path):
			found = append(found, path)
		}
		return nil
	})
	for above := ".."; len(found) == 0 && !isTop(filepath.Dir(above)); above = filepath.Join("..", above) {
		for _, path := range []string{filepath.Join(above, "rotation.yaml"), filepath.Join(above, "pki", "rotation.yaml")} {
			if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && Is(path) {
				found = append(found, path)
			}
		}
		if strings.Count(above, "..") > 20 {
			break
		}
	}
	return found
}

func isName(name string) bool {
	return strings.Contains(name, "rotation") && (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml"))
}

// MayBe reports whether a file's name is one that a state file may have: where states are
// looked for, others are passed over.
func MayBe(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == "" || ext == ".yaml" || ext == ".yml" || ext == ".json"
}

// isTop reports whether a directory is the top of a repository.
func isTop(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}
