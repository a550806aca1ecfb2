package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// manifests are the files below a folder by path, leftovers of a killed write aside.
func manifests(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") && strings.HasSuffix(d.Name(), ".tmp") {
			return err
		}
		text, err := os.ReadFile(path)
		below, _ := filepath.Rel(dir, path)
		files[below] = string(text)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files (%v)", dir, len(files), err)
	}
	return files
}

// TestWorkloadsKilled: a process that is killed before any of its changes of
// the disk leaves each file old or new, the first ones new; the state of a
// split wave does not run ahead of the files; another run finishes the work.
func TestWorkloadsKilled(t *testing.T) {
	bin := command(t)
	worked := filepath.Join("..", "..", "fixtures", "gitops-workloads")
	old, golden := manifests(t, filepath.Join(worked, "repo")), manifests(t, filepath.Join(worked, "golden"))
	text, err := os.ReadFile("../../fixtures/workloads/state.yaml")
	if err != nil {
		t.Fatal(err)
	}
	split := strings.Replace(string(text), "  stamp:", "  wave:\n    previous: \"\"\n    namespaces: [emojivoto]\n  stamp:", 1)
	killed := 0
	for n := 1; ; n++ {
		dir := t.TempDir()
		repo, statePath := filepath.Join(dir, "repo"), filepath.Join(dir, "rotation.yaml")
		if err := os.CopyFS(repo, os.DirFS(filepath.Join(worked, "repo"))); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(statePath, []byte(split), 0o644); err != nil {
			t.Fatal(err)
		}
		args := []string{"workloads", "--namespaces", "books", "repo"}
		stdout, stderr, code, wasKilled := run(t, bin, dir, n, args...)
		left := manifests(t, repo)
		fresh := 0
		for path := range old {
			switch left[path] {
			case golden[path]:
				fresh++
			case old[path]:
			default:
				t.Fatalf("killed at %d: %s is neither old nor new:\n%s", n, path, left[path])
			}
		}
		state, err := os.ReadFile(statePath)
		if err != nil {
			t.Fatal(err)
		}
		if string(state) != split && fresh != len(old) {
			t.Errorf("killed at %d: the state ran ahead of %d files", n, len(old)-fresh)
		}
		if !wasKilled {
			if code != 0 || fresh != len(old) || killed < 16 {
				t.Fatalf("after %d kills: code %d, %d of %d files are new: %s", killed, code, fresh, len(old), stderr)
			}
			return
		}
		killed++
		if stdout != "" {
			t.Errorf("killed at %d: stdout holds %q", n, stdout)
		}
		if _, stderr, code, _ := run(t, bin, dir, 0, args...); code != 0 {
			t.Fatalf("after a kill at %d: %s", n, stderr)
		}
		for path, text := range manifests(t, repo) {
			if text != golden[path] {
				t.Errorf("killed at %d, then run again: %s is\n%s", n, path, text)
			}
		}
	}
}
