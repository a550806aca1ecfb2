package repo

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func write(t *testing.T, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Tracked files and those that are not ignored, relative to the folder that was asked for; names that a
// shell or git would quote come as they are.
func TestFiles(t *testing.T) {
	top := t.TempDir()
	if _, _, err := Files(top); !errors.Is(err, ErrNone) {
		t.Fatalf("outside of a repository: %v", err)
	}
	for _, name := range []string{"z.yaml", "apps/b c.yaml", "apps/é.yaml", "untracked.yaml", "out/ignored.yaml", "forced.log", "other.log"} {
		write(t, filepath.Join(top, name))
	}
	if err := os.WriteFile(filepath.Join(top, ".gitignore"), []byte("/out/\n*.log\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	inner := filepath.Join(top, "inner")
	write(t, filepath.Join(inner, "x.yaml"))
	run(t, inner, "init", "-q")
	for _, args := range [][]string{{"init", "-q"}, {"add", "z.yaml", "apps"}, {"add", "-f", "forced.log"}} {
		run(t, top, args...)
	}
	names, prefix, err := Files(top)
	if want := []string{".gitignore", "apps/b c.yaml", "apps/é.yaml", "forced.log", "untracked.yaml", "z.yaml"}; err != nil || prefix != "" || !slices.Equal(names, want) {
		t.Errorf("%q, prefix %q (%v)", names, prefix, err)
	}
	names, prefix, err = Files(filepath.Join(top, "apps"))
	if want := []string{"b c.yaml", "é.yaml"}; err != nil || prefix != "apps/" || !slices.Equal(names, want) {
		t.Errorf("in a folder: %q, prefix %q (%v)", names, prefix, err)
	}
}

// A link is not a file: what it points at may lie outside.
func TestWalk(t *testing.T) {
	top := t.TempDir()
	for _, name := range []string{"b/c.yaml", "a.yaml", ".git/config"} {
		write(t, filepath.Join(top, name))
	}
	if err := os.Symlink("a.yaml", filepath.Join(top, "link.yaml")); err != nil {
		t.Fatal(err)
	}
	names, err := Walk(top, 10)
	if want := []string{"a.yaml", "b/c.yaml"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%q (%v)", names, err)
	}
	if names, err = Walk(top, 1); err != nil || len(names) != 2 {
		t.Errorf("limit 1: %q (%v)", names, err)
	}
	if _, err = Walk(filepath.Join(top, "missing"), 1); err == nil {
		t.Error("a missing folder has files")
	}
}
