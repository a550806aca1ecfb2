package repo

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func run(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
}

func TestVersions(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub", "rotation.yaml")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Versions(path); !errors.Is(err, ErrNone) {
		t.Fatalf("outside of a repository: %v", err)
	}
	run(t, dir, "init", "-q")
	for _, text := range []string{"one\n", "two\n", "", "three\n"} {
		if text == "" {
			run(t, dir, "rm", "-q", "sub/rotation.yaml")
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
		} else {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			run(t, dir, "add", "sub/rotation.yaml")
		}
		run(t, dir, "commit", "-q", "-m", "change")
	}
	versions, err := Versions(path)
	if err != nil {
		t.Fatal(err)
	}
	var all string
	for _, v := range versions {
		if len(v.Commit) < 40 {
			t.Errorf("commit %q", v.Commit)
		}
		all += string(v.Text)
	}
	if all != "one\ntwo\nthree\n" {
		t.Errorf("versions %q", all)
	}
}

// TestAsideVersions: a merge that takes one side passes over the versions of the other,
// which are listed apart.
func TestAsideVersions(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "rotation.yaml")
	commit := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		run(t, dir, "add", "rotation.yaml")
		run(t, dir, "commit", "-q", "-m", "change")
	}
	texts := func(list func(string) ([]Version, error)) (all string) {
		versions, err := list(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range versions {
			all += string(v.Text)
		}
		return all
	}
	run(t, dir, "init", "-q", "-b", "main")
	commit("one\n")
	run(t, dir, "checkout", "-q", "-b", "side")
	commit("two, by others\n")
	if got := texts(AsideVersions); got != "" {
		t.Errorf("without a merge: %q", got)
	}
	run(t, dir, "checkout", "-q", "main")
	commit("two\n")
	run(t, dir, "checkout", "-q", "side")
	run(t, dir, "merge", "-q", "-s", "ours", "-m", "merge", "main")
	if got := texts(Versions); got != "one\ntwo, by others\n" {
		t.Errorf("versions %q", got)
	}
	if got := texts(AsideVersions); got != "two\n" {
		t.Errorf("aside %q", got)
	}
}
