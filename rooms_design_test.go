package rooms

import (
	"path/filepath"
	"regexp"
	"testing"
)

// TestDesignNamesPackages: docs/design.md says what each package knows, so that a
// reader finds the place of a thing without a search.
func TestDesignNamesPackages(t *testing.T) {
	page := text(t, "docs/design.md")
	named := map[string]bool{}
	for _, name := range regexp.MustCompile(`\b(?:pkg|internal)/[a-z/]+[a-z]`).FindAllString(page, -1) {
		named[name] = true
	}
	seen := map[string]bool{}
	for _, file := range sources(t) {
		dir := filepath.ToSlash(filepath.Dir(file))
		if seen[dir] || isHelper(dir) || !regexp.MustCompile(`^(pkg|internal)/`).MatchString(dir) {
			continue
		}
		seen[dir] = true
		if !named[dir] {
			t.Errorf("docs/design.md does not say what %s knows", dir)
		}
	}
	if len(seen) < 40 {
		t.Errorf("looked at %d packages only", len(seen))
	}
}
