package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
)

// TestSyncBelowRoot: a directory that becomes a link while sync is at work leads
// none of its files out of the repository, at whichever step it does.
func TestSyncBelowRoot(t *testing.T) {
	for _, step := range []string{"stage a.yaml", "write a.yaml", "sync a.yaml", "rename a.yaml", "remove old.yaml"} {
		dir, outside := t.TempDir(), t.TempDir()
		text := strings.Replace(keylessScheme(readFixture(t, "rotation", "bundle", "stable.yaml")), "spec:\n", "spec:\n  outputs:\n  - {kind: values, path: out/a.yaml}\n", 1)
		old := "# l5d-pki-render: owned by " + nameOf(t, text) + ", output 9: do not edit\n"
		for path, text := range map[string]string{
			filepath.Join(dir, "rotation.yaml"): text, filepath.Join(dir, "out", "old.yaml"): old, filepath.Join(outside, "old.yaml"): old,
			filepath.Join(outside, ".a.yaml.1.tmp"): "",
		} {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		gitIn(t, dir, "init", "-q")
		var out, stderr bytes.Buffer
		code := Main([]string{"sync", "-s", filepath.Join(dir, "rotation.yaml")}, World{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr, Getenv: func(string) string { return "" },
			Now: func() time.Time { return later }, Step: testkit.Swap(t, step, filepath.Join(dir, "out"), outside),
		})
		if info, err := os.Lstat(filepath.Join(dir, "out")); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Fatalf("%s: not reached: code %d: %s", step, code, stderr.String())
		}
		if code != ExitFailed {
			t.Errorf("%s: code %d: %s", step, code, stderr.String())
		}
		if left := tree(t, outside); len(left) != 2 || string(left["old.yaml"]) != old {
			t.Errorf("%s: outside there is %v", step, left)
		}
	}
}

// nameOf is metadata.name of a state.
func nameOf(t *testing.T, text string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "metadata:\n  name: ")
	if !found {
		t.Fatal("no name")
	}
	name, _, _ := strings.Cut(rest, "\n")
	return name
}

// TestPRTreeBelowRoot: what pr writes and removes in its tree stays in it, also
// where a directory becomes a link meanwhile.
func TestPRTreeBelowRoot(t *testing.T) {
	for step, do := range map[string]func(b *base.Base) error{
		"rename e.yaml": func(b *base.Base) error { return b.Put("evidence/e.yaml", []byte("new")) },
		"stage e.yaml":  func(b *base.Base) error { return b.Put("evidence/e.yaml", []byte("new")) },
		"stage n.yaml":  func(b *base.Base) error { return b.PutNew("evidence/n.yaml", []byte("new")) },
		"remove e.yaml": func(b *base.Base) error { return b.Remove("evidence/e.yaml") },
	} {
		dir, outside := t.TempDir(), t.TempDir()
		for _, name := range []string{filepath.Join(dir, "evidence"), outside} {
			if err := os.MkdirAll(name, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(name, "e.yaml"), []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		b := &base.Base{World: base.World{Disk: disk.Disk{Step: testkit.Swap(t, step, filepath.Join(dir, "evidence"), outside)}}, Root: dir}
		if err := do(b); err == nil {
			t.Errorf("%s: done", step)
		}
		if left := tree(t, outside); len(left) != 1 || string(left["e.yaml"]) != "old" {
			t.Errorf("%s: outside there is %v", step, left)
		}
	}
}
