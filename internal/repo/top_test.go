package repo

import (
	"os"
	"path/filepath"
	"testing"
)

// TestTopOf: the repository is the innermost by the names of the path, and a link that
// a branch has leads into no other one.
func TestTopOf(t *testing.T) {
	top := t.TempDir()
	for _, dir := range []string{"home/.git", "home/repo/.git", "home/repo/west", "other/.git", "other/pki"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"home/repo/east": "west", "home/repo/away": "../../other", "way": "home/repo"} {
		if err := os.Symlink(to, filepath.Join(top, link)); err != nil {
			t.Fatal(err)
		}
	}
	for folder, want := range map[string]string{
		"home/repo": "home/repo", "home/repo/west": "home/repo", "home/repo/east": "home/repo", "home/repo/none/deep": "home/repo",
		"home/repo/away": "home/repo", "home/repo/away/pki": "home/repo", "other/pki": "other", "home/notes": "home", "way/east": "way",
	} {
		if got := TopOf(filepath.Join(top, folder)); got != filepath.Join(top, want) {
			t.Errorf("%s: %s, not %s", folder, got, want)
		}
	}
}
