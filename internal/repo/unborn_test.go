package repo

import (
	"slices"
	"testing"
)

// TestDirtyBeforeTheFirstCommit: all that is not ignored is new, staged or not.
func TestDirtyBeforeTheFirstCommit(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "init", "-q")
	for _, name := range []string{"rotation.yaml", "keys/2026.age", ".gitignore", "ignored"} {
		save(t, dir, name, "ignored\n")
	}
	must(t, dir, "add", "rotation.yaml")
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Dirty()
	if want := []string{".gitignore", "keys/2026.age", "rotation.yaml"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}
