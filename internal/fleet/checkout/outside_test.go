package checkout

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestOutside: a member whose state lies outside of the fleet's repository is read, and no
// move writes it; the others move.
func TestOutside(t *testing.T) {
	for name, place := range map[string]func(k *kit, other string) string{
		"above":        func(k *kit, other string) string { return "../" + filepath.Base(other) + "/rotation.yaml" },
		"absolute":     func(k *kit, other string) string { return filepath.Join(other, "rotation.yaml") },
		"behind links": func(k *kit, other string) string { return "linked/rotation.yaml" },
		"up and down":  func(k *kit, other string) string { return "clusters/../../" + filepath.Base(other) + "/rotation.yaml" },
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t, "east", "west")
			other := filepath.Join(filepath.Dir(k.dir), "elsewhere")
			if err := errors.Join(os.Rename(filepath.Join(k.dir, "clusters", "west"), other), os.Symlink(other, filepath.Join(k.dir, "linked"))); err != nil {
				t.Fatal(err)
			}
			k.file.Spec.Members[1].State = place(k, other)
			k.save()
			had := filesBelow(t, other)
			before := must(os.ReadFile(filepath.Join(other, "rotation.yaml")))
			if f := must(Load(At{Path: k.path()}, moves.Brought{})); f.Clusters[1].Now == nil {
				t.Errorf("it is not read: %s", f.Clusters[1].Unread)
			}
			start := Wish{Verb: state.MoveStart, Kind: state.KindAnchor, Strategy: state.StrategyBundle}
			named := start
			named.Members = []string{"west"}
			if _, err := k.make(named); err == nil || problem.Of(err)[0].Code != problem.FleetRefused.Code {
				t.Errorf("west moved, or %v", err)
			}
			if moved := k.moved(start); len(moved) != 1 || moved[0] != "east" {
				t.Errorf("moved: %q", moved)
			}
			after := must(os.ReadFile(filepath.Join(other, "rotation.yaml")))
			if left := filesBelow(t, other); string(after) != string(before) || left != had {
				t.Errorf("something was written outside: %s", left)
			}
		})
	}
}

// filesBelow are the names of all files below a directory.
func filesBelow(t *testing.T, dir string) (names string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		names += path + "\n"
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestNotRegular: a named pipe, a device or a socket in the place of a file is refused at
// once.
func TestNotRegular(t *testing.T) {
	k := newKit(t, "east", "west")
	pipe := filepath.Join(k.dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("SKIPPED: no named pipes: ", err)
	}
	for _, at := range []string{"pipe", "/dev/zero", "/dev/stdin", "/dev/fd/0"} {
		k.file.Spec.Members[1].State, k.file.Spec.Members[1].Observation = at, ""
		k.save()
		inTime(t, at, func() {
			f, err := Load(At{Path: k.path()}, moves.Brought{})
			if err != nil || f.Clusters[1].Now != nil || f.Clusters[1].Unread == "" || f.Clusters[0].Now == nil {
				t.Errorf("a state that is %s: %v", at, err)
			}
		})
		k.file.Spec.Members[1].State, k.file.Spec.Members[1].Observation = statePath("west"), at
		k.save()
		inTime(t, at, func() {
			if _, err := Load(At{Path: k.path()}, moves.Brought{}); !errors.Is(err, disk.ErrNotRegular) {
				t.Errorf("an observation that is %s: %v", at, err)
			}
		})
	}
	inTime(t, "as the fleet file", func() {
		if _, err := Load(At{Path: pipe}, moves.Brought{}); !errors.Is(err, disk.ErrNotRegular) {
			t.Errorf("a fleet file that is a pipe: %v", err)
		}
	})
	inTime(t, "its head", func() {
		if _, err := files.Head(pipe, 9); err == nil {
			t.Error("the head of a pipe was read")
		}
	})
}

// inTime fails where a call waits for somebody to write to a pipe: nobody does.
func inTime(t *testing.T, what string, call func()) {
	t.Helper()
	done := make(chan bool)
	go func() { defer close(done); call() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatalf("%s: the call waits", what)
	}
}
