package argocd

import (
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"os"
	"path/filepath"
	"testing"
)

// TestCheckout: the root of the server's copy is told by the working folder and
// the application's path, and never lies above what the path has in common with it.
func TestCheckout(t *testing.T) {
	w := disk.Real(t.TempDir())
	for _, dir := range []string{"apps/linkerd", "linkerd", "other", "a/b"} {
		if err := os.MkdirAll(filepath.Join(w, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../../apps/linkerd", filepath.Join(w, "a/b/c")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ cwd, path, root, app, here string }{
		{"apps/linkerd", "apps/linkerd", ".", "apps/linkerd", "."},
		{"linkerd", "apps/linkerd", ".", "linkerd", "."}, // only apps/ was copied
		{".", "apps/linkerd", ".", "apps/linkerd", "apps/linkerd"},
		{"other", "apps/linkerd", "other", ".", "."},
		{"apps/linkerd", "", "apps/linkerd", ".", "."},
		{"apps/linkerd", ".", "apps/linkerd", ".", "."},
		{"apps/linkerd", "../apps/linkerd", "apps/linkerd", ".", "."},
		{"apps/linkerd", "/apps/linkerd", "apps/linkerd", ".", "."},
		{"apps/linkerd", "./apps//linkerd/", ".", "apps/linkerd", "."},
		{"a/b/c", "a/b/c", "apps/linkerd", ".", "."}, // the link is deeper than where it leads
	} {
		got := newCheckout(filepath.Join(w, c.cwd), c.path, "")
		want := checkout{root: filepath.Join(w, c.root), app: filepath.FromSlash(c.app), here: filepath.FromSlash(c.here)}
		if got != want {
			t.Errorf("in %s with path %q: %+v, want %+v", c.cwd, c.path, got, want)
		}
	}
}

// TestCheckoutKeys: a key lies in the repository or in the sidecar's own folder.
func TestCheckoutKeys(t *testing.T) {
	w := t.TempDir()
	if err := os.MkdirAll(filepath.Join(w, "apps/linkerd"), 0o755); err != nil {
		t.Fatal(err)
	}
	c := newCheckout(filepath.Join(w, "apps/linkerd"), "apps/linkerd", "/keys")
	for path, open := range map[string]bool{
		"keys/a.key": true, "../../pki/a.key": true, "../../../a.key": false,
		"/keys/a.key": true, "/keys/below/a.key": true, "/keys/../etc/a.key": false, "/keyss/a.key": false, "/etc/a.key": false,
	} {
		if err := c.key("rotation.yaml", path); (err == nil) != open {
			t.Errorf("%s: %v, open %v", path, err, open)
		}
	}
	c.keys = ""
	if c.key("rotation.yaml", "/keys/a.key") == nil {
		t.Error("an absolute key without a folder for keys")
	}
}
