package repo

import (
	"errors"
	"path/filepath"
	"testing"
)

// TestCut: an end of the history inside a change is found on either side; one
// that both sides have is none of the change.
func TestCut(t *testing.T) {
	remote, clone := cloned(t)
	step := func(name string) string {
		save(t, clone, name, name+"\n")
		must(t, clone, "add", "-A")
		must(t, clone, "commit", "-q", "-m", name)
		return must(t, clone, "rev-parse", "HEAD")
	}
	for _, name := range []string{"m1", "m2", "m3"} {
		step(name)
	}
	must(t, clone, "checkout", "-q", "-b", "side")
	step("c1")
	c2 := step("c2")
	must(t, clone, "checkout", "-q", "main")
	m4 := step("m4")
	must(t, clone, "checkout", "-q", "side")
	must(t, clone, "merge", "-q", "-m", "merge", "main")
	merge := must(t, clone, "rev-parse", "HEAD")
	must(t, clone, "push", "-q", "origin", "main", "side")
	for depth, want := range map[string]string{"2": c2, "3": "any", "4": "", "5": "", "50": ""} {
		dir := filepath.Join(t.TempDir(), "cut")
		must(t, clone, "clone", "-q", "--no-single-branch", "--depth="+depth, "file://"+remote, dir)
		r, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		cut, err := r.Cut(m4, merge)
		if err != nil || cut != want && (want != "any" || cut == "") {
			t.Errorf("depth %s: %q, %v, want %q", depth, cut, err, want)
		}
	}
	tip := filepath.Join(t.TempDir(), "tip")
	must(t, clone, "clone", "-q", "--no-single-branch", "--depth=1", "file://"+remote, tip)
	r, _ := Open(tip)
	if _, err := r.Cut(m4, merge); !errors.Is(err, ErrUnrelated) {
		t.Errorf("depth 1: %v", err)
	}
	r, _ = Open(clone)
	if cut, err := r.Cut(m4, merge); cut != "" || err != nil {
		t.Errorf("whole: %q, %v", cut, err)
	}
}
