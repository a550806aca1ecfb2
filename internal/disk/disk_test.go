package disk

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// content are the files of a directory tree, by name.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if d.IsDir() {
			files[name+"/"] = ""
			return nil
		}
		data, err := os.ReadFile(path)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// failAt is a disk whose n-th change fails; reached tells whether it came so far.
func failAt(n int, reached *bool) Disk {
	return Disk{Fault: func(string) error {
		if n--; n == 0 && !*reached {
			*reached = true
			return errors.New("input/output error")
		}
		return nil
	}}
}

func batchOf(dir string) []File {
	return []File{
		{Path: filepath.Join(dir, "old.yaml"), Data: []byte("new"), Mode: 0o644},
		{Path: filepath.Join(dir, "a", "b", "c.yaml"), Data: []byte("c"), Mode: 0o600, Dirs: true, DirMode: 0o700},
		{Path: filepath.Join(dir, "stale.yaml"), Remove: true},
	}
}

func written(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"old.yaml", "stale.yaml"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestWriteAllFails: whichever change fails, each file is old or new, nothing
// temporary stays, before the first rename nothing changed, and after the last
// one the error says that all is written.
func TestWriteAllFails(t *testing.T) {
	failures := 0
	for n := 1; ; n++ {
		dir, reached := written(t), false
		before := content(t, dir)
		done, err := failAt(n, &reached).WriteAll(batchOf(dir))
		after := content(t, dir)
		if !reached {
			want := map[string]string{"old.yaml": "new", "a/": "", "a/b/": "", "a/b/c.yaml": "c"}
			if err != nil || done != 3 || !maps.Equal(after, want) {
				t.Fatalf("%d done, %v, %v", done, err, after)
			}
			break
		}
		failures++
		var lost *NotDurable
		var failed *FileError
		switch {
		case errors.As(err, &lost) != (done == 3):
			t.Errorf("failure %d: %d done, %v", n, done, err)
		case done < 3 && (!errors.As(err, &failed) || failed.Index < done):
			t.Errorf("failure %d: %d done, %v", n, done, err)
		case done == 0 && !maps.Equal(before, after):
			t.Errorf("failure %d: there is %v, was %v", n, after, before)
		}
		if (after["old.yaml"] == "new") != (done > 0) || (after["a/b/c.yaml"] == "c") != (done > 1) {
			t.Errorf("failure %d: %d done, %v", n, done, after)
		}
	}
	if failures < 12 {
		t.Errorf("failed in %d places only", failures)
	}
}

// TestCreateAllFails: new files are there and durable, or none of them is.
func TestCreateAllFails(t *testing.T) {
	files := func(dir string) []File {
		return []File{
			{Path: filepath.Join(dir, "keys", "one.key"), Data: []byte("1"), Mode: 0o600, Dirs: true, DirMode: 0o700},
			{Path: filepath.Join(dir, "keys", "two.key"), Data: []byte("2"), Mode: 0o600, Dirs: true, DirMode: 0o700},
		}
	}
	failures := 0
	for n := 1; ; n++ {
		dir, reached := t.TempDir(), false
		undo, err := failAt(n, &reached).CreateAll(files(dir))
		if !reached {
			info, _ := os.Stat(filepath.Join(dir, "keys"))
			if err != nil || info.Mode().Perm() != 0o700 {
				t.Fatalf("%v, mode %v", err, info.Mode())
			}
			reached = true // nothing fails any more
			if err := undo(); err != nil || len(content(t, dir)) > 0 {
				t.Errorf("undone, %v stays (%v)", content(t, dir), err)
			}
			break
		}
		failures++
		var undone *Undone
		var lost *NotDurable
		if !errors.As(err, &undone) || undone.Left != nil || errors.As(err, &lost) || len(content(t, dir)) > 0 {
			t.Errorf("failure %d: %v, there is %v", n, err, content(t, dir))
		}
	}
	if failures < 8 {
		t.Errorf("failed in %d places only", failures)
	}
}

// TestNewNeverReplaces: a file in the way stays, and the others are not made.
func TestNewNeverReplaces(t *testing.T) {
	dir := t.TempDir()
	for name, make := range map[string]func(path string) error{
		"file":   func(path string) error { return os.WriteFile(path, []byte("mine"), 0o600) },
		"link":   func(path string) error { return os.Symlink("nowhere", path) },
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		path := filepath.Join(dir, name)
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		before, _ := os.Lstat(path)
		_, err := Disk{}.CreateAll([]File{{Path: filepath.Join(dir, "first"), Data: []byte("1")}, {Path: path, Data: []byte("2")}})
		var failed *FileError
		if !errors.Is(err, fs.ErrExist) || !errors.As(err, &failed) || failed.Index != 1 {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) {
			t.Errorf("%s was replaced", name)
		}
		if _, err := os.Lstat(filepath.Join(dir, "first")); err == nil {
			t.Errorf("%s: the first file stays", name)
		}
	}
}

// TestSweep: what a killed process left of earlier writes of the same file goes;
// what a living process stages, other files and other people's names stay.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	names := map[string]bool{ // stays
		".rotation.yaml.12.tmp": false, "2026.7.tmp.key": false,
		".other.yaml.12.tmp": true, ".rotation.yaml.tmp": true, "rotation.yaml.12.tmp": true, ".rotation.yaml.1x.tmp": true, "2027.7.tmp.key": true,
	}
	for name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	living, err := Disk{}.open(File{Path: filepath.Join(dir, "rotation.yaml")})
	if err != nil {
		t.Fatal(err)
	}
	defer living.discard()
	if _, err := (Disk{}).WriteAll([]File{
		{Path: filepath.Join(dir, "rotation.yaml"), Data: []byte("x"), Mode: 0o600},
		{Path: filepath.Join(dir, "2026.key"), Data: []byte("x"), Mode: 0o600, Place: func(string) error { return nil }},
	}); err != nil {
		t.Fatal(err)
	}
	names["rotation.yaml"], names["2026.key"] = true, true
	if replacesOpenFiles {
		names[filepath.Base(living.name)] = true
	}
	left := content(t, dir)
	for name, stays := range names {
		if _, there := left[name]; there != stays {
			t.Errorf("%s: there %v, want %v", name, there, stays)
		}
	}
}

// TestPlace: a temporary name that the caller refuses is not made, and it begins
// and ends as the file's own name.
func TestPlace(t *testing.T) {
	dir := t.TempDir()
	refused := errors.New("Git would see it")
	var asked []string
	err := Disk{}.Write(File{Path: filepath.Join(dir, "2026.key"), Data: []byte("x"), Place: func(path string) error {
		asked = append(asked, filepath.Base(path))
		return refused
	}})
	if !errors.Is(err, refused) || len(content(t, dir)) > 0 || len(asked) != 1 {
		t.Fatalf("%v, %v, %v", err, asked, content(t, dir))
	}
	if !strings.HasPrefix(asked[0], "2026.") || !strings.HasSuffix(asked[0], ".key") {
		t.Errorf("asked for %s", asked[0])
	}
	if final, ours := finalName(asked[0]); !ours || final != "2026.key" {
		t.Errorf("%s is taken for one of %s", asked[0], final)
	}
}

// TestReadCaps: a file of the size of the cap is read, a larger one is not.
func TestReadCaps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := Read(path, 5); err != nil || string(data) != "12345" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := Read(path, 4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v", err)
	}
	if Holds(path, []byte("12346")) || !Holds(path, []byte("12345")) {
		t.Error("the content is not compared")
	}
}
