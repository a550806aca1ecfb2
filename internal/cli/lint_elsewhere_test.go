package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestLintKeysElsewhere: a checkout in which Git ignores every plain key file, and
// has none, is told once; where some are here, or Git would take one, each that is
// missing is reported.
func TestLintKeysElsewhere(t *testing.T) {
	for name, c := range map[string]struct {
		ignored  string
		bare     bool // there is no repository
		keep     int  // key files that stay
		once     bool
		warnings bool
	}{
		"a checkout of CI":    {ignored: "keys/\n", once: true},
		"ignored by pattern":  {ignored: "*.key\n", once: true},
		"one file is here":    {ignored: "keys/\n", keep: 1, warnings: true},
		"none is ignored":     {ignored: "other/\n", warnings: true},
		"one is not ignored":  {ignored: "keys/*\n!keys/2026.key\n", warnings: true},
		"not in a repository": {bare: true, warnings: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if !c.bare {
				gitIn(t, dir, "init", "-q")
			}
			put(t, dir, ".gitignore", "keys/\n")
			path := filepath.Join(dir, "rotation.yaml")
			done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--custody", state.CustodyFile, "-s", path))
			put(t, dir, ".gitignore", c.ignored)
			keys, _ := filepath.Glob(filepath.Join(dir, "keys", "*"))
			if len(keys) < 2 {
				t.Fatalf("%d keys", len(keys))
			}
			slices.Sort(keys)
			for _, key := range keys[c.keep:] {
				if err := os.Remove(key); err != nil {
					t.Fatal(err)
				}
			}
			r := call(t, "", nil, "lint", "-s", path)
			if got := strings.Count(r.out, "["+string(problem.CustodyElsewhere.Code)+"]"); (got == 1) != c.once || got > 1 {
				t.Errorf("said %d times: %s%s", got, r.out, r.stderr)
			}
			if got := strings.Count(r.out, "["+string(problem.CustodyAbsent.Code)+"]"); (got > 0) != c.warnings {
				t.Errorf("%d warnings: %s%s", got, r.out, r.stderr)
			}
		})
	}
}
