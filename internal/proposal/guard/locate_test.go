package guard

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGuardTop: the repository is the one that the command runs in, or else the
// outermost, never one that lies inside of what is judged.
func TestGuardTop(t *testing.T) {
	top := t.TempDir()
	for _, dir := range []string{"repo/.git", "repo/pki/.git", "repo/pki/deep"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(top, "repo/pki/deep/rotation.yaml")
	if err := os.MkdirAll(filepath.Join(top, "repo/module"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(top, "repo/module/.git"), []byte("gitdir: ../.git/modules/module\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := topOf(filepath.Join(top, "repo/module/rotation.yaml"), filepath.Join(top, "repo/module")); got != filepath.Join(top, "repo") {
		t.Errorf("in a submodule: %s", got)
	}
	for here, want := range map[string]string{"repo": "repo", "repo/other": "repo", "elsewhere": "repo", "repo/pki/deep": "repo/pki", "repo/module": "repo"} {
		if got := topOf(file, filepath.Join(top, here)); got != filepath.Join(top, want) {
			t.Errorf("in %s: %s, want %s", here, got, want)
		}
	}
}
