package cli

import (
	"os"
	"strings"
	"testing"
)

// TestHiddenBreaks: a comment in which a line break hides that no difference shows is
// refused in every file that people review.
func TestHiddenBreaks(t *testing.T) {
	path := stateIn(t, goodState(t))
	state := readFile(t, path)
	for _, odd := range []string{"\r", "\u0085", "\u2028", "\u202e"} {
		put := func(text string) string {
			file := t.TempDir() + "/x.yaml"
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return file
		}
		hidden := "# see docs/upgrade.md" + odd + "x: y\n"
		for _, args := range [][]string{
			{"status", "-s", put(strings.Replace(state, "spec:\n", hidden+"spec:\n", 1))},
			{"status", "-s", path, "--evidence", put("kind: Observation\n" + hidden)},
			{"fleet", "lint", "-f", put("kind: Fleet\n" + hidden)},
		} {
			if r := call(t, "", nil, args...); r.code != ExitFailed || !strings.Contains(r.stderr, "manifest-not-shown") {
				t.Errorf("%q, %v: code %d: %s", odd, args[:2], r.code, r.stderr)
			}
		}
	}
}
