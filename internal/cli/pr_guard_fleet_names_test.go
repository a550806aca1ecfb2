package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestGuardFleetNames: observations that the fleet file names are of the rotation: no
// change hides them from reviewers, or brings a file that takes their place elsewhere.
func TestGuardFleetNames(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	l.commitTo("main", func(dir string) {
		l.committed(dir, func() {
			put(t, dir, "fleet.yaml", strings.Replace(fleetOfTwo, "west/rotation.yaml}", "west/rotation.yaml, observation: seen/west.yaml}", 1))
			put(t, dir, "seen/notes.txt", "x\n")
		})
	})
	for name, c := range map[string]struct{ file, text, want string }{
		"a line hides it":             {".gitattributes", "seen/*.yaml -diff\n", "guard-attributes"},
		"a line beside it hides it":   {"seen/.gitattributes", "west.yaml linguist-generated\n", "guard-attributes"},
		"a line for others beside it": {"seen/.gitattributes", "*.txt -diff\n", ""},
		"other letters":               {"seen/West.yaml", "x\n", "guard-path-folds"},
		"a directory folds":           {"Seen/west.yaml", "x\n", "guard-path-folds"},
		"another file beside it":      {"seen/east.yaml", "x\n", ""},
	} {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, c.file, c.text) }) })
		_, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml"))
		if got := strings.Join(slices.Compact(codes), " "); got != c.want {
			t.Errorf("%s: %q, want %q:\n%s", name, got, c.want, out)
		}
	}
}
