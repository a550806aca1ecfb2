package disk

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func below(t *testing.T, dir string) Disk {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return Disk{Root: root}
}

// TestBelowARoot: all changes are made below a root as they are elsewhere, and
// whichever fails, each file is old or new and nothing temporary stays.
func TestBelowARoot(t *testing.T) {
	for n := 1; ; n++ {
		dir, reached := written(t), false
		before := content(t, dir)
		d := below(t, dir)
		d.Fault = failAt(n, &reached).Fault
		done, err := d.WriteAll(batchOf(""))
		after := content(t, dir)
		if !reached {
			want := map[string]string{"old.yaml": "new", "a/": "", "a/b/": "", "a/b/c.yaml": "c"}
			if err != nil || done != 3 || !maps.Equal(after, want) || n < 10 {
				t.Fatalf("%d changes, %d done, %v, %v", n, done, err, after)
			}
			return
		}
		if err == nil || done == 0 && !maps.Equal(after, before) {
			t.Errorf("change %d: %d done, %v, %v", n, done, err, after)
		}
		for name := range after {
			if filepath.Ext(name) != ".yaml" && name[len(name)-1] != '/' {
				t.Errorf("change %d: %s stays", n, name)
			}
		}
	}
}

// TestNewBelowARoot: a new file replaces nothing, and an earlier one's leftovers go.
func TestNewBelowARoot(t *testing.T) {
	dir := written(t)
	d := below(t, dir)
	leftover := filepath.Join(dir, ".new.yaml.7.tmp")
	if err := os.WriteFile(leftover, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(File{Path: "new.yaml", Data: []byte("new"), Mode: 0o644, New: true}); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(File{Path: "old.yaml", Data: []byte("new"), Mode: 0o644, New: true}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("%v", err)
	}
	if err := d.Remove("stale.yaml"); err != nil {
		t.Error(err)
	}
	if now := content(t, dir); !maps.Equal(now, map[string]string{"new.yaml": "new", "old.yaml": "old"}) {
		t.Errorf("%v", now)
	}
}

// TestLinksOutOfARoot: neither a path nor a link leads a change out of the root,
// not even one that appears while files are written; links that stay below it are
// followed among the directories.
func TestLinksOutOfARoot(t *testing.T) {
	for name, lead := range map[string]func(dir, outside string) string{
		"link":          func(_, outside string) string { return outside },
		"relative link": func(dir, outside string) string { up, _ := filepath.Rel(dir, outside); return up },
		"two links": func(dir, outside string) string {
			_ = os.Symlink(outside, filepath.Join(dir, "first"))
			return "first"
		},
	} {
		for _, change := range []File{
			{Path: "way/old.yaml", Data: []byte("new"), Mode: 0o644},
			{Path: "way/new.yaml", Data: []byte("new"), Mode: 0o644, New: true},
			{Path: "way/a/new.yaml", Data: []byte("new"), Mode: 0o644, Dirs: true},
			{Path: "way/old.yaml", Remove: true},
		} {
			dir, outside := written(t), written(t)
			before := content(t, outside)
			if err := os.WriteFile(filepath.Join(outside, ".old.yaml.7.tmp"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			before[".old.yaml.7.tmp"] = ""
			if err := os.Symlink(lead(dir, outside), filepath.Join(dir, "way")); err != nil {
				t.Fatal(err)
			}
			if err := below(t, dir).Write(change); err == nil {
				t.Errorf("%s: %+v was made", name, change)
			}
			if now := content(t, outside); !maps.Equal(now, before) {
				t.Errorf("%s: %+v: outside is now %v", name, change, now)
			}
		}
	}
	dir, outside := written(t), written(t)
	before := content(t, outside)
	if err := os.Mkdir(filepath.Join(dir, "way"), 0o755); err != nil {
		t.Fatal(err)
	}
	d := below(t, dir)
	d.Step = func(step string) {
		if step == "rename c.yaml" {
			_ = os.RemoveAll(filepath.Join(dir, "way"))
			_ = os.Symlink(outside, filepath.Join(dir, "way"))
		}
	}
	if err := d.Write(File{Path: "way/c.yaml", Data: []byte("c"), Mode: 0o644}); err == nil || !maps.Equal(content(t, outside), before) {
		t.Errorf("a link that appeared was followed: %v", err)
	}
	if err := os.Symlink("real", filepath.Join(dir, "inside")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "real"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(File{Path: "inside/c.yaml", Data: []byte("in"), Mode: 0o644}); err != nil || content(t, filepath.Join(dir, "real"))["c.yaml"] != "in" {
		t.Errorf("%v", err)
	}
	for _, path := range []string{"../x.yaml", filepath.Join(outside, "x.yaml")} {
		if err := d.Write(File{Path: path, Mode: 0o644}); err == nil {
			t.Errorf("wrote %s", path)
		}
	}
}

// TestTemporary: a temporary directory is its owner's, and goes with what it has.
func TestTemporary(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir, root, remove, err := Temporary()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info, err)
	}
	if err := (Disk{Root: root}).Write(File{Path: "a/b.yaml", Dirs: true, Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	if remove(); len(content(t, os.TempDir())) > 0 {
		t.Errorf("%v stays", content(t, os.TempDir()))
	}
}
