package repo

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// embed makes a directory a bare repository in git's eyes, with a configuration
// that runs a program, as a commit can bring it.
func embed(t *testing.T, dir, canary string) {
	t.Helper()
	save(t, dir, "HEAD", "ref: refs/heads/main\n")
	save(t, dir, "objects/.keep", "")
	save(t, dir, "refs/heads/.keep", "")
	save(t, dir, "config", "[core]\nrepositoryformatversion = 0\nbare = false\nworktree = .\nfsmonitor = \"touch "+canary+"; false\"\n"+
		"[remote \"origin\"]\nurl = \"ext::sh -c touch% "+canary+"\"\n[protocol \"ext\"]\nallow = always\n")
}

func untouched(t *testing.T, canary, what string) {
	t.Helper()
	if _, err := os.Lstat(canary); err == nil {
		t.Errorf("%s: a program ran", what)
		_ = os.Remove(canary)
	}
}

// TestEmbedded: a directory of the tree with HEAD, objects and refs is a
// directory, wherever the command looks from.
func TestEmbedded(t *testing.T) {
	_, clone := cloned(t)
	canary := filepath.Join(t.TempDir(), "ran")
	for _, dir := range []string{"dir", "dir/deep/er", "keys"} {
		embed(t, filepath.Join(clone, dir), canary)
	}
	save(t, clone, ".gitignore", "*.key\n")
	must(t, clone, "add", "-A", "-f")
	must(t, clone, "commit", "-q", "-m", "harmless")
	for _, dir := range []string{"dir", "dir/objects", "dir/deep/er/refs/heads", "keys"} {
		full := filepath.Join(clone, dir)
		if r, err := Open(full); err != nil || r.Top != clone {
			t.Errorf("%s: %+v, %v", dir, r, err)
		}
		if _, prefix, err := Files(full); err != nil || prefix != dir+"/" {
			t.Errorf("%s: prefix %q, %v", dir, prefix, err)
		}
		if _, err := EachPast(full, time.Time{}, 1<<20, func(Past) {}); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
		if shown := Shown([]string{filepath.Join(full, "a.key"), filepath.Join(full, "a.txt")}); !slices.Equal(shown, []string{filepath.Join(full, "a.txt")}) {
			t.Errorf("%s: %q", dir, shown)
		}
		untouched(t, canary, dir)
	}
	if versions, err := Versions(filepath.Join(clone, "dir", "b.txt")); err != nil || len(versions) != 1 || string(versions[0].Text) != "one\n" {
		t.Errorf("%+v, %v", versions, err)
	}
	r, _ := Open(filepath.Join(clone, "dir"))
	if seen, err := r.Look("origin"); err != nil || len(seen.Heads) != 1 {
		t.Errorf("the remote of the repository: %+v, %v", seen, err)
	}
	untouched(t, canary, "versions and remote")
}

// TestEmbeddedOutside: outside of any repository, such a directory is none either.
func TestEmbeddedOutside(t *testing.T) {
	dir, canary := t.TempDir(), filepath.Join(t.TempDir(), "ran")
	embed(t, dir, canary)
	if _, err := Open(dir); !errors.Is(err, ErrNone) {
		t.Errorf("Open: %v", err)
	}
	if _, _, err := Files(dir); !errors.Is(err, ErrNone) {
		t.Errorf("Files: %v", err)
	}
	if shown := Shown([]string{filepath.Join(dir, "a")}); shown != nil {
		t.Errorf("Shown: %q", shown)
	}
	untouched(t, canary, "outside")
}

// TestPlaces: the layouts of repositories that people have.
func TestPlaces(t *testing.T) {
	remote, clone := cloned(t)
	t.Chdir(clone)
	top := filepath.Dir(clone)
	at := func(name string) string { return filepath.Join(top, name) }
	must(t, clone, "worktree", "add", "-q", "--detach", at("linked"))
	must(t, top, "clone", "-q", "--separate-git-dir="+at("apart.git"), remote, at("apart"))
	must(t, top, "clone", "-q", "--bare", remote, at("bare/.git"))
	must(t, at("bare/.git"), "worktree", "add", "-q", "--detach", at("of-bare"), "main")
	if err := os.Symlink(clone, at("link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"linked", "apart", "of-bare", "link"} {
		r, err := Open(filepath.Join(at(name), "dir"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if names, _, err := Files(at(name)); err != nil || !slices.Equal(names, []string{"a.txt", "dir/b.txt"}) {
			t.Errorf("%s: %q, %v", name, names, err)
		}
		head, err := r.Resolve("HEAD")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := commitIn(t, r, head); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, top, "init", "-q", at("moved"))
	must(t, at("moved"), "config", "core.worktree", clone)
	save(t, at("broken"), ".git", "gitdir: /nowhere\n")
	save(t, at("odd"), ".git", "something else\n")
	for _, name := range []string{"bare", "bare/.git", "moved", "broken", "odd", "missing", "remote.git"} {
		if _, err := Open(at(name)); !errors.Is(err, ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSubmodule: a submodule is a repository for commands that run inside it.
func TestSubmodule(t *testing.T) {
	remote, clone := cloned(t)
	t.Chdir(clone)
	must(t, clone, "rm", "-q", "-r", "dir")
	must(t, clone, "-c", "protocol.file.allow=always", "submodule", "add", "-q", remote, "dir")
	must(t, clone, "commit", "-q", "-m", "a directory becomes a submodule")
	inner := filepath.Join(clone, "dir", "dir")
	var submodule *Submodule
	if _, err := Open(inner); !errors.As(err, &submodule) || submodule.Name != "dir" || submodule.Outer != clone {
		t.Errorf("from the repository around it: %v", err)
	}
	if _, err := Versions(filepath.Join(inner, "b.txt")); !errors.As(err, &submodule) {
		t.Errorf("Versions: %v", err)
	}
	t.Chdir(t.TempDir())
	if _, err := Open(inner); !errors.As(err, &submodule) {
		t.Errorf("from elsewhere: %v", err)
	}
	t.Chdir(inner)
	r, err := Open(inner)
	if err != nil || r.Top != filepath.Join(clone, "dir") {
		t.Fatalf("inside: %+v, %v", r, err)
	}
	if _, err := commitIn(t, r, must(t, inner, "rev-parse", "HEAD")); err != nil {
		t.Error(err)
	}
	// A repository that merely lies in another one is its own.
	t.Chdir(clone)
	must(t, clone, "clone", "-q", remote, "vendored")
	if r, err := Open("vendored"); err != nil || r.Top != filepath.Join(clone, "vendored") {
		t.Errorf("a clone in a clone: %+v, %v", r, err)
	}
}

// TestEnvironment: variables of a hook, or of whoever set them, lead nowhere.
func TestEnvironment(t *testing.T) {
	_, clone := cloned(t)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	other, canary := filepath.Join(t.TempDir(), "other"), filepath.Join(t.TempDir(), "ran")
	must(t, clone, "init", "-q", other)
	for name, value := range map[string]string{
		"GIT_DIR": filepath.Join(other, ".git"), "GIT_WORK_TREE": other, "GIT_COMMON_DIR": filepath.Join(other, ".git"), "GIT_INDEX_FILE": filepath.Join(other, "index"),
		"GIT_OBJECT_DIRECTORY": filepath.Join(other, ".git", "objects"), "GIT_NAMESPACE": "other", "GIT_CEILING_DIRECTORIES": clone, "GIT_EXTERNAL_DIFF": "touch " + canary,
		"GIT_CONFIG_PARAMETERS": "'core.fsmonitor=touch " + canary + "; false'", "GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "touch " + canary + "; false",
		"GIT_CONFIG_KEY_1": "core.worktree", "GIT_CONFIG_VALUE_1": other, "GIT_LITERAL_PATHSPECS": "1", "GIT_PAGER": "touch " + canary, "GIT_DEFAULT_HASH": "sha256", "GIT_TRACE": canary,
	} {
		t.Setenv(name, value)
	}
	if names, _, err := Files(clone); err != nil || len(names) != 2 {
		t.Errorf("Files: %q, %v", names, err)
	}
	if _, err := r.Resolve("HEAD"); err != nil {
		t.Error(err)
	}
	save(t, clone, "a.txt", "changed\n")
	if dirty, err := r.Dirty(); err != nil || !slices.Equal(dirty, []string{"a.txt"}) {
		t.Errorf("Dirty: %q, %v", dirty, err)
	}
	untouched(t, canary, "environment")
}

// TestOwners: every way in refuses a repository of somebody else in git's words.
func TestOwners(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give a directory away: safe.directory was NOT tested")
	}
	_, clone := cloned(t)
	for _, path := range []string{clone, filepath.Join(clone, ".git")} {
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	_, _, files := Files(clone)
	_, versions := Versions(filepath.Join(clone, "a.txt"))
	_, past := EachPast(clone, time.Time{}, 9, nil)
	for what, err := range map[string]error{"Files": files, "Versions": versions, "EachPast": past} {
		if err == nil || !strings.Contains(err.Error(), "safe.directory") {
			t.Errorf("%s: %v", what, err)
		}
	}
	// A CI job may allow it in its environment.
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "safe.directory")
	t.Setenv("GIT_CONFIG_VALUE_0", clone)
	if _, err := Open(clone); err != nil {
		t.Error(err)
	}
}

func TestVersion(t *testing.T) {
	for text, want := range map[string]version{"git version 2.39.5\n": {2, 39}, "git version 2.39.5 (Apple Git-154)": {2, 39}, "git version 3.0.0.windows.1": {3, 0}, "git version 2.50-rc1": {2, 50}} {
		if got, err := parseVersion(text); err != nil || got != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	if _, err := parseVersion("jj 0.20"); err == nil {
		t.Error("another program passes for git")
	}
	known.Store(&version{2, 30})
	t.Cleanup(func() { known.Store(nil) })
	if _, err := Open("."); err == nil || !strings.Contains(err.Error(), "install git 2.31") {
		t.Errorf("git 2.30: %v", err)
	}
}
