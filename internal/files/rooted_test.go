package files_test

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	. "github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
)

// replaceIn changes d/a.yaml and removes d/old.yaml in a repository.
func replaceIn(dir string, step func(string)) error {
	at := func(name string) string { return filepath.Join(dir, "d", name) }
	return Writer{Notes: io.Discard, Disk: disk.Disk{Step: step}}.ReplaceTargets([]Change{
		{Name: "d/a.yaml", Target: at("a.yaml"), Data: []byte("new"), Mode: 0o644},
		{Name: "d/old.yaml", Target: at("old.yaml")},
	})
}

// TestReplaceBelowRoot: a directory that becomes a link while files are replaced leads
// nothing out of the repository, at whichever step it does.
func TestReplaceBelowRoot(t *testing.T) {
	for _, step := range []string{"", "stage a.yaml", "write a.yaml", "sync a.yaml", "rename a.yaml", "remove old.yaml"} {
		for _, through := range []string{"absolute", "relative"} {
			dir := testkit.Tree(t, map[string]string{".git/HEAD": "", "d/a.yaml": "old", "d/old.yaml": "old"})
			outside := testkit.Tree(t, map[string]string{"a.yaml": "old", "old.yaml": "old"})
			to := outside
			if through == "relative" {
				to, _ = filepath.Rel(dir, outside)
			}
			err := replaceIn(dir, testkit.Swap(t, step, filepath.Join(dir, "d"), to))
			if (err != nil) != (step != "") {
				t.Errorf("%s, %q: %v", through, step, err)
			}
			if left := testkit.Read(t, outside, "a.yaml") + testkit.Read(t, outside, "old.yaml"); left != "oldold" {
				t.Errorf("%s, %q: outside there is %q", through, step, left)
			}
		}
	}
}

// TestReplaceLedOut: a link that leads out of the repository from the beginning is
// refused, and one that stays in it is followed.
func TestReplaceLedOut(t *testing.T) {
	for _, inside := range []bool{false, true} {
		dir, to := testkit.Tree(t, map[string]string{".git/HEAD": ""}), t.TempDir()
		if inside {
			to = filepath.Join(dir, "real")
		}
		testkit.Put(t, to, "a.yaml", "old")
		testkit.Put(t, to, "old.yaml", "old")
		testkit.Put(t, dir, "far", "-> "+to)
		testkit.Put(t, dir, "d", "-> far")
		err := replaceIn(dir, nil)
		if text := testkit.Read(t, to, "a.yaml"); (err == nil) != inside || (text == "new") != inside {
			t.Errorf("inside %v: %v, %q", inside, err, text)
		}
	}
}

// TestRootOf: files of one repository stay below it, those of several places below
// what these have in common.
func TestRootOf(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "two"} {
		testkit.Put(t, filepath.Join(dir, name), "sub/a.yaml", "x")
		testkit.Put(t, dir, name+"/.git/HEAD", "")
	}
	testkit.Put(t, filepath.Join(dir, "none"), "a.yaml", "x")
	for _, c := range []struct {
		targets []string
		root    string
		below   string
	}{
		{[]string{"one/sub/a.yaml", "one/b/new.yaml"}, "one", "sub/a.yaml b/new.yaml"},
		{[]string{"one/sub/a.yaml", "two/sub/a.yaml"}, "", "one/sub/a.yaml two/sub/a.yaml"},
		{[]string{"none/a.yaml", "none/new/b.yaml"}, "none", "a.yaml new/b.yaml"},
		{[]string{"none/a.yaml", "one/a.yaml"}, "", "none/a.yaml one/a.yaml"},
	} {
		var targets []string
		for _, target := range c.targets {
			targets = append(targets, filepath.Join(dir, target))
		}
		root, below, err := RootOf(targets)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(below, " "); root.Name() != filepath.Join(dir, c.root) || filepath.ToSlash(got) != c.below {
			t.Errorf("%v: %s and %q", c.targets, root.Name(), got)
		}
		_ = root.Close()
	}
}
