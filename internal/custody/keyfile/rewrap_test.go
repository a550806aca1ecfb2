package keyfile

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// storeIn replaces the key file d/a.age of a repository.
func storeIn(dir string, step func(string)) error {
	r := Rewrapping{StatePath: filepath.Join(dir, "rotation.yaml"), Files: files.Writer{Notes: io.Discard, Disk: disk.Disk{Step: step}}}
	one := rewrapped{path: "d/a.age", file: File{Path: filepath.Join(dir, "d", "a.age"), Text: []byte("sealed"), Mode: 0o644}}
	one.of.Path = one.path
	from := &custody.Custody{}
	from.State = &state.Rotation{}
	_, _, err := r.store([]rewrapped{one}, from)
	return err
}

// TestStoreBelowRoot: a directory that becomes a link while key files are sealed anew
// leads nothing out of the repository.
func TestStoreBelowRoot(t *testing.T) {
	for _, step := range []string{"", "stage a.age", "write a.age", "sync a.age", "rename a.age"} {
		dir := testkit.Tree(t, map[string]string{".git/HEAD": "", "d/a.age": "old"})
		outside := testkit.Tree(t, map[string]string{"a.age": "old"})
		if err := storeIn(dir, testkit.Swap(t, step, filepath.Join(dir, "d"), outside)); (err != nil) != (step != "") {
			t.Errorf("%q: %v", step, err)
		}
		if text := testkit.Read(t, outside, "a.age"); text != "old" {
			t.Errorf("%q: outside there is %q", step, text)
		}
	}
}

// TestStoreLedOut: a link that leads out of the repository is refused, and one that
// stays in it is followed.
func TestStoreLedOut(t *testing.T) {
	for _, inside := range []bool{false, true} {
		dir, to := testkit.Tree(t, map[string]string{".git/HEAD": ""}), t.TempDir()
		if inside {
			to = filepath.Join(dir, "real")
		}
		testkit.Put(t, to, "a.age", "old")
		testkit.Put(t, dir, "far", "-> "+to)
		testkit.Put(t, dir, "d", "-> far")
		err := storeIn(dir, nil)
		if text := testkit.Read(t, to, "a.age"); (err == nil) != inside || (text == "sealed") != inside {
			t.Errorf("inside %v: %v, %q", inside, err, text)
		}
	}
}

// TestNewPlace: no sealed key file is made behind a link that leaves the repository;
// links within it are followed.
func TestNewPlace(t *testing.T) {
	dir := testkit.Tree(t, map[string]string{".git/HEAD": "", "app": "-> " + t.TempDir(), "in/sub": "-> ../app", "real/x": "", "within": "-> real"})
	sealed := &custody.Custody{}
	sealed.Mode = 0o644
	for name, refused := range map[string]bool{"app": true, "in/sub/new": true, "within": false, "pki/keys": false} {
		if err := checkNewPlace(sealed, filepath.Join(dir, name, "a.age")); (err != nil) != refused {
			t.Errorf("a key in %s: %v", name, err)
		}
	}
}

// TestNewKeysBelowRoot: a directory that becomes a link while new keys are made leads
// none of them out of the repository, and what was made is taken away again.
func TestNewKeysBelowRoot(t *testing.T) {
	for _, step := range []string{"", "stage new.age", "write new.age", "sync new.age", "rename new.age"} {
		dir := testkit.Tree(t, map[string]string{".git/HEAD": "", ".gitignore": "*.key\n", "d/kept": ""})
		outside := testkit.Tree(t, map[string]string{"kept": ""})
		w := files.Writer{Notes: io.Discard, Disk: disk.Disk{Step: testkit.Swap(t, step, filepath.Join(dir, "d"), outside)}}
		_, err := StoreAlone(w, filepath.Join(dir, "rotation.yaml"), []File{{Path: filepath.Join(dir, "d", "new.age"), Text: []byte("sealed"), Mode: 0o644}})
		if (err != nil) != (step != "") {
			t.Errorf("%q: %v", step, err)
		}
		if files.IsFile(filepath.Join(outside, "new.age")) {
			t.Errorf("%q: a key is outside", step)
		}
	}
}

// TestNewKeysLedOut: a link that leads out of the repository is refused for sealed
// keys, and one that stays in it is followed.
func TestNewKeysLedOut(t *testing.T) {
	for _, inside := range []bool{false, true} {
		dir, to := testkit.Tree(t, map[string]string{".git/HEAD": ""}), t.TempDir()
		if inside {
			to = filepath.Join(dir, "real")
		}
		testkit.Put(t, to, "kept", "")
		testkit.Put(t, dir, "d", "-> "+to)
		_, err := StoreAlone(files.Writer{Notes: io.Discard}, filepath.Join(dir, "rotation.yaml"), []File{{Path: filepath.Join(dir, "d", "new.age"), Text: []byte("sealed"), Mode: 0o644}})
		if made := files.IsFile(filepath.Join(to, "new.age")); (err == nil) != inside || made != inside {
			t.Errorf("inside %v: %v, %v", inside, err, made)
		}
	}
}
