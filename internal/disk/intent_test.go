package disk

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// begun is a change of dir/rotation.yaml whose command was killed after it had
// made two key files.
func begun(t *testing.T, alone bool) (dir, target string, keys []string) {
	t.Helper()
	dir = t.TempDir()
	target = filepath.Join(dir, "rotation.yaml")
	if err := os.WriteFile(target, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	files := []File{
		{Path: filepath.Join(dir, "keys", "one.age"), Data: []byte("1"), Mode: 0o644, Dirs: true},
		{Path: filepath.Join(dir, "keys", "two.age"), Data: []byte("2"), Mode: 0o644, Dirs: true},
	}
	intent, err := Disk{}.Intend(target, alone, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Disk{}).CreateAll(files); err != nil {
		t.Fatal(err)
	}
	if _, err := (Disk{}).Recover(target, nobody); replacesOpenFiles && !errors.Is(err, ErrBusy) {
		t.Fatalf("while the command is at work: %v", err)
	}
	intent.Keep() // as the end of the process does
	return dir, target, []string{files[0].Path, files[1].Path}
}

func nobody(string) bool { return false }

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// TestRecover: the files of a killed command are removed only where nothing
// speaks against it, and the note goes in any case.
func TestRecover(t *testing.T) {
	write := func(t *testing.T, path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name     string
		alone    bool
		change   func(t *testing.T, dir, target string, keys []string)
		named    func(dir string) func(string) bool
		one, two bool // which files stay
	}{
		{name: "the state is as it was"},
		{name: "a command without a state of its own", alone: true,
			change: func(t *testing.T, _, target string, _ []string) { write(t, target, "new") }},
		{name: "the state was written", one: true, two: true,
			change: func(t *testing.T, _, target string, _ []string) { write(t, target, "new") }},
		{name: "the state was written and put back", one: true, two: true,
			change: func(t *testing.T, _, target string, _ []string) {
				if err := os.Remove(target); err != nil {
					t.Fatal(err)
				}
				write(t, target, "old")
			}},
		{name: "the state is gone", one: true, two: true,
			change: func(t *testing.T, _, target string, _ []string) {
				if err := os.Remove(target); err != nil {
					t.Fatal(err)
				}
			}},
		{name: "a state names one", one: true,
			named: func(dir string) func(string) bool {
				return func(path string) bool { return path == Real(filepath.Join(dir, "keys", "one.age")) }
			}},
		{name: "one has become another", two: true,
			change: func(t *testing.T, _, _ string, keys []string) { write(t, keys[1], "a person's") }},
		{name: "one has become a link", two: true,
			change: func(t *testing.T, dir, _ string, keys []string) {
				write(t, filepath.Join(dir, "elsewhere"), "2")
				if err := errors.Join(os.Remove(keys[1]), os.Symlink("../elsewhere", keys[1])); err != nil {
					t.Fatal(err)
				}
			}},
		{name: "the note is a copy, as in a clone", one: true, two: true,
			change: func(t *testing.T, _, target string, _ []string) {
				note := IntentPath(target)
				text, err := os.ReadFile(note)
				if err == nil {
					err = os.Rename(note, note+".old") // keeps the number in use
				}
				if err != nil {
					t.Fatal(err)
				}
				write(t, note, string(text))
			}},
		{name: "the note is garbage", one: true, two: true,
			change: func(t *testing.T, _, target string, _ []string) { write(t, IntentPath(target), "{") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, target, keys := begun(t, c.alone)
			if c.change != nil {
				c.change(t, dir, target, keys)
			}
			named := nobody
			if c.named != nil {
				named = c.named(dir)
			}
			removed, err := Disk{}.Recover(target, named)
			if err != nil {
				t.Fatal(err)
			}
			if there(keys[0]) != c.one || there(keys[1]) != c.two {
				t.Errorf("one stays: %v, two stays: %v", there(keys[0]), there(keys[1]))
			}
			if want := map[bool]int{false: 1}[c.one] + map[bool]int{false: 1}[c.two]; len(removed) != want {
				t.Errorf("removed %v", removed)
			}
			if there(IntentPath(target)) {
				t.Error("the note stays")
			}
			if again, err := (Disk{}).Recover(target, nobody); err != nil || len(again) > 0 {
				t.Errorf("a second time: %v, %v", again, err)
			}
		})
	}
}

// TestIntentFails: a note that cannot be written is none, whatever fails.
func TestIntentFails(t *testing.T) {
	for n := 1; ; n++ {
		dir, reached := t.TempDir(), false
		intent, err := failAt(n, &reached).Intend(filepath.Join(dir, "new", "rotation.yaml"), false, nil)
		if !reached {
			if err != nil || n < 5 {
				t.Fatalf("%v after %d failures", err, n-1)
			}
			reached = true // nothing fails any more
			if err := intent.Done(); err != nil || len(content(t, dir)) > 0 {
				t.Errorf("when it is done, there is %v (%v)", content(t, dir), err)
			}
			return
		}
		if err == nil || len(content(t, dir)) > 0 {
			t.Errorf("failure %d: %v, there is %v", n, err, content(t, dir))
		}
	}
}
