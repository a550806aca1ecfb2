package workloads

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
)

func replaceIn(found []File, step func(string)) error {
	o := Options{Files: files.Writer{Notes: io.Discard, Disk: disk.Disk{Step: step}}}
	return o.replace([]Changed{{Name: "d/a.yaml", New: []byte("stamped")}}, found)
}

// TestReplaceBelowRoot: a directory that becomes a link while workloads are stamped leads
// nothing out of the repository.
func TestReplaceBelowRoot(t *testing.T) {
	for _, step := range []string{"", "stage a.yaml", "write a.yaml", "sync a.yaml", "rename a.yaml"} {
		dir := testkit.Tree(t, map[string]string{".git/HEAD": "", "d/a.yaml": "old"})
		outside := testkit.Tree(t, map[string]string{"a.yaml": "old"})
		found, err := Find([]string{filepath.Join(dir, "d")}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		err = replaceIn(found, testkit.Swap(t, step, filepath.Join(dir, "d"), outside))
		if (err != nil) != (step != "") {
			t.Errorf("%q: %v", step, err)
		}
		if text := testkit.Read(t, outside, "a.yaml"); text != "old" {
			t.Errorf("%q: outside there is %q", step, text)
		}
	}
}

// TestReplaceLedOut: a directory that became a link since the file was found is refused
// where it leads out of the repository.
func TestReplaceLedOut(t *testing.T) {
	for _, inside := range []bool{false, true} {
		dir, to := testkit.Tree(t, map[string]string{".git/HEAD": ""}), t.TempDir()
		if inside {
			to = filepath.Join(dir, "real")
		}
		testkit.Put(t, to, "a.yaml", "old")
		testkit.Put(t, dir, "far", "-> "+to)
		testkit.Put(t, dir, "d", "-> far")
		err := replaceIn([]File{{Target: filepath.Join(dir, "d", "a.yaml"), Mode: 0o644}}, nil)
		if text := testkit.Read(t, to, "a.yaml"); (err == nil) != inside || (text == "stamped") != inside {
			t.Errorf("inside %v: %v, %q", inside, err, text)
		}
	}
}
