package repo

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var when = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// cloned is a bare remote and a clone of it with one commit on main.
func cloned(t *testing.T) (remote, clone string) {
	t.Helper()
	top := t.TempDir()
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(top, "gitconfig"))
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	if err := os.WriteFile(filepath.Join(top, "gitconfig"), []byte("[user]\nname = Test\nemail = test@example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	remote, clone = filepath.Join(top, "remote.git"), filepath.Join(top, "clone")
	must(t, top, "init", "-q", "--bare", "-b", "main", remote)
	must(t, top, "clone", "-q", remote, clone)
	must(t, clone, "checkout", "-q", "-b", "main")
	save(t, clone, "a.txt", "one\n")
	save(t, clone, "dir/b.txt", "one\n")
	must(t, clone, "add", "-A")
	must(t, clone, "commit", "-q", "-m", "begin")
	must(t, clone, "push", "-q", "origin", "main")
	return remote, clone
}

func must(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...) // as a user does
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "GIT_DIR=") || strings.HasPrefix(entry, "GIT_INDEX_FILE=")
	})
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func save(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// write makes one commit on top of the head of main, in a tree of its own.
func commitIn(t *testing.T, r *Repo, base string) (string, error) {
	t.Helper()
	w, err := r.CheckoutReviewed(base)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	save(t, w.Dir, "dir/b.txt", "two\n")
	save(t, w.Dir, "ignored.log", "kept\n")
	if err := os.Remove(filepath.Join(w.Dir, "a.txt")); err != nil {
		t.Fatal(err)
	}
	tree, err := w.Stage([]string{"dir/b.txt", "ignored.log", "a.txt"})
	if err != nil {
		t.Fatal(err)
	}
	return w.Commit(tree, "change: it\n\n# a line with a hash stays\n\nL5d-Pki-Epoch: 2\n", when)
}

// TestCommitApart: the user's tree and index stay as they are, dirty as they
// may be; the same input gives the same commit; nothing is left behind.
func TestCommitApart(t *testing.T) {
	_, clone := cloned(t)
	r, err := Open(filepath.Join(clone, "dir"))
	if err != nil {
		t.Fatal(err)
	}
	base := must(t, clone, "rev-parse", "HEAD")
	save(t, clone, ".gitignore", "*.log\n")
	save(t, clone, "a.txt", "staged\n")
	must(t, clone, "add", "a.txt")
	save(t, clone, "a.txt", "and changed again\n")
	before := must(t, clone, "status", "--porcelain=v2") + must(t, clone, "ls-files", "--stage")
	// A hook that runs us has these set.
	t.Setenv("GIT_INDEX_FILE", filepath.Join(clone, ".git", "index"))
	t.Setenv("GIT_DIR", filepath.Join(clone, ".git"))
	commit, err := commitIn(t, r, base)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := commitIn(t, r, base); err != nil || again != commit {
		t.Errorf("again: %s, first %s (%v)", again, commit, err)
	}
	if after := must(t, clone, "status", "--porcelain=v2") + must(t, clone, "ls-files", "--stage"); after != before {
		t.Errorf("the user's tree or index changed:\n%s\nwas\n%s", after, before)
	}
	if left := must(t, clone, "worktree", "list", "--porcelain"); strings.Count(left, "worktree ") != 1 {
		t.Errorf("left behind: %s", left)
	}
	d, err := r.Inspect(commit)
	if err != nil || d.Trailers["L5d-Pki-Epoch"] != "2" || !slices.Equal(d.Parents, []string{base}) || d.Subject != "change: it" || d.Committer != "Test <test@example.com>" {
		t.Errorf("%+v (%v)", d, err)
	}
	if names, err := r.Changed(base, commit); err != nil || !slices.Equal(names, []string{"a.txt", "dir/b.txt", "ignored.log"}) {
		t.Errorf("changed %q (%v)", names, err)
	}
	if body := must(t, clone, "log", "-1", "--format=%at %ct%n%B", commit); !strings.HasPrefix(body, "1780315200 1780315200\n") || !strings.Contains(body, "# a line with a hash stays") {
		t.Errorf("commit says %q", body)
	}
}

// TestSeal: a commit that was amended has another seal; one that only stands on
// another parent has the same.
func TestSeal(t *testing.T) {
	_, clone := cloned(t)
	r, _ := Open(clone)
	base := must(t, clone, "rev-parse", "HEAD")
	commit, err := commitIn(t, r, base)
	if err != nil {
		t.Fatal(err)
	}
	seal, err := r.Seal(base, commit)
	if err != nil || len(seal) != 64 {
		t.Fatal(seal, err)
	}
	save(t, clone, "other.txt", "x\n")
	must(t, clone, "add", "other.txt")
	must(t, clone, "commit", "-q", "-m", "other")
	must(t, clone, "cherry-pick", commit)
	if moved, _ := r.Seal("HEAD^", "HEAD"); moved != seal {
		t.Errorf("rebased: %s, want %s", moved, seal)
	}
	save(t, clone, "dir/b.txt", "three\n")
	must(t, clone, "commit", "-q", "-a", "--amend", "--no-edit")
	if amended, _ := r.Seal("HEAD^", "HEAD"); amended == seal {
		t.Error("an amended commit has the same seal")
	}
}

// TestHooks: a hook that refuses is heard, and one that changes files is found out.
func TestHooks(t *testing.T) {
	_, clone := cloned(t)
	r, _ := Open(clone)
	base := must(t, clone, "rev-parse", "HEAD")
	hooks := t.TempDir()
	must(t, clone, "config", "core.hooksPath", hooks)
	hook := func(name, text string) {
		if err := os.WriteFile(filepath.Join(hooks, name), []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	hook("pre-commit", "echo no commits on Fridays >&2; exit 1\n")
	if _, err := commitIn(t, r, base); err == nil || !strings.Contains(err.Error(), "no commits on Fridays") {
		t.Errorf("pre-commit: %v", err)
	}
	hook("pre-commit", "echo x >> dir/b.txt; git add dir/b.txt\n")
	if _, err := commitIn(t, r, base); !errors.Is(err, ErrHook) {
		t.Errorf("a hook that formats: %v", err)
	}
	hook("pre-commit", "exit 0\n")
	hook("commit-msg", `echo "Signed-off-by: Hook <hook@example.com>" >> "$1"`+"\n")
	commit, err := commitIn(t, r, base)
	if err != nil {
		t.Fatal(err)
	}
	if d, _ := r.Inspect(commit); d.Trailers["Signed-off-by"] == "" || d.Trailers["L5d-Pki-Epoch"] != "2" {
		t.Errorf("trailers %v", d.Trailers)
	}
	for name, footer := range map[string]string{
		"a paragraph of its own": `printf '\nSigned-off-by: Hook <hook@example.com>\n' >> "$1"`,
		"two of them":            `printf '\nChange-Id: I1\n\nReviewed: yes\n' >> "$1"`,
		"a sentence":             `printf '\nMade on a Friday.\n' >> "$1"`,
	} {
		hook("commit-msg", footer+"\n")
		if commit, err = commitIn(t, r, base); err != nil {
			t.Fatal(err)
		}
		if d, err := r.Inspect(commit); err != nil || d.Trailers["L5d-Pki-Epoch"] != "2" {
			t.Errorf("%s: trailers %v (%v)", name, d.Trailers, err)
		}
	}
	hook("commit-msg", "exit 3\n")
	if _, err := commitIn(t, r, base); err == nil || !strings.Contains(err.Error(), "a hook") {
		t.Errorf("a hook that says nothing: %v", err)
	}
}

// TestSigned: commits are signed as Git is configured, by ssh and by gpg.
func TestSigned(t *testing.T) {
	for format, c := range map[string]struct {
		key  func(t *testing.T) (name string, ok bool)
		sign string
	}{
		"ssh":     {sshSigner, "BEGIN SSH SIGNATURE"},
		"openpgp": {gpgSigner, "BEGIN PGP SIGNATURE"},
	} {
		t.Run(format, func(t *testing.T) {
			_, clone := cloned(t)
			r, _ := Open(clone)
			key, ok := c.key(t)
			if !ok {
				t.Skip("no program for it: signing by " + format + " was NOT tested")
			}
			must(t, clone, "config", "gpg.format", format)
			must(t, clone, "config", "user.signingKey", key)
			must(t, clone, "config", "commit.gpgSign", "true")
			commit, err := commitIn(t, r, must(t, clone, "rev-parse", "HEAD"))
			if err != nil {
				t.Fatal(err)
			}
			if raw := must(t, clone, "cat-file", "commit", commit); !strings.Contains(raw, c.sign) {
				t.Errorf("not signed:\n%s", raw)
			}
			if d, err := r.Inspect(commit); err != nil || d.Trailers["L5d-Pki-Epoch"] != "2" {
				t.Errorf("read as %+v, %v", d, err)
			}
		})
	}
}

// TestSparse: a checkout apart is whole where the user's own is not.
func TestSparse(t *testing.T) {
	_, clone := cloned(t)
	must(t, clone, "sparse-checkout", "set", "--cone", "elsewhere")
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(clone, "dir")); err == nil {
		t.Fatal("the clone is not sparse: the test tests nothing")
	}
	if _, err := commitIn(t, r, must(t, clone, "rev-parse", "HEAD")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(clone, "dir")); err == nil {
		t.Error("the user's sparse checkout was filled")
	}
}

// TestPush: a branch goes where it was seen to be and nowhere else, also from a
// shallow clone with a detached HEAD, which is what CI jobs have.
func TestPush(t *testing.T) {
	remote, clone := cloned(t)
	for i := range 3 {
		save(t, clone, "a.txt", strings.Repeat("x", i+1))
		must(t, clone, "commit", "-q", "-a", "-m", "more")
	}
	must(t, clone, "push", "-q", "origin", "main")
	shallow := filepath.Join(t.TempDir(), "ci")
	must(t, clone, "clone", "-q", "--depth=1", "file://"+remote, shallow)
	must(t, shallow, "checkout", "-q", "--detach")
	r, err := Open(shallow)
	if err != nil || !r.Shallow() {
		t.Fatal("not shallow", err)
	}
	name, err := r.DefaultRemote()
	if err != nil {
		t.Fatal(err)
	}
	save(t, clone, "a.txt", "moved on\n")
	must(t, clone, "commit", "-q", "-a", "-m", "base moves")
	must(t, clone, "push", "-q", "origin", "main")
	seen, err := r.Look(name)
	if err != nil || seen.Default != "main" || len(seen.Heads) != 1 {
		t.Fatal(seen, err)
	}
	if err := r.Fetch(name, "main", seen.Heads["main"], 1); err != nil {
		t.Fatal(err)
	}
	if count := must(t, shallow, "rev-list", "--count", seen.Heads["main"]); count != "1" && count != "2" {
		t.Errorf("fetched %s commits into a shallow clone", count)
	}
	commit, err := commitIn(t, r, seen.Heads["main"])
	if err != nil {
		t.Fatal(err)
	}
	must(t, shallow, "config", "push.followTags", "true")
	must(t, shallow, "tag", "-a", "v9", "-m", "of somebody else", seen.Heads["main"])
	defer func() {
		if tags := must(t, remote, "tag"); tags != "" {
			t.Errorf("pushed the tag %s, too", tags)
		}
	}()
	if err := r.Push(Push{name, "l5d-pki/prod/2-x", commit, "", "HEAD"}); err != nil {
		t.Fatal(err)
	}
	if got := must(t, remote, "rev-parse", "refs/heads/l5d-pki/prod/2-x"); got != commit {
		t.Errorf("pushed %s, want %s", got, commit)
	}
	if err := r.Push(Push{name, "l5d-pki/prod/2-x", seen.Heads["main"], "", "HEAD"}); !errors.Is(err, ErrMoved) {
		t.Errorf("over a branch that was not there: %v", err)
	}
	if err := r.Push(Push{name, "l5d-pki/prod/2-x", seen.Heads["main"], strings.Repeat("1", 40), "HEAD"}); !errors.Is(err, ErrMoved) {
		t.Errorf("over a branch that moved: %v", err)
	}
}

// TestLogins: what git says is shown without user and password of a URL.
func TestLogins(t *testing.T) {
	_, clone := cloned(t)
	r, _ := Open(clone)
	must(t, clone, "remote", "add", "forge", "http://robot:s3cret@127.0.0.1:1/x.git")
	_, err := r.Look("forge")
	if err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "robot") {
		t.Errorf("git says %v", err)
	}
}

// TestMerge: what a merge would give is made without touching anything, and a
// conflict is one.
func TestMerge(t *testing.T) {
	_, clone := cloned(t)
	r, _ := Open(clone)
	start := must(t, clone, "rev-parse", "HEAD")
	branch := func(name, file, text string) string {
		must(t, clone, "checkout", "-q", "-b", name, start)
		save(t, clone, file, text)
		must(t, clone, "add", "-A")
		must(t, clone, "commit", "-q", "-m", name)
		return must(t, clone, "rev-parse", "HEAD")
	}
	one, other, clash := branch("one", "one.txt", "1\n"), branch("other", "other.txt", "2\n"), branch("clash", "one.txt", "3\n")
	before := must(t, clone, "for-each-ref")
	merged, err := r.Merge(one, other)
	if err != nil {
		t.Fatal(err)
	}
	if names := must(t, clone, "ls-tree", "-r", "--name-only", merged); names != "a.txt\ndir/b.txt\none.txt\nother.txt" || must(t, clone, "for-each-ref") != before {
		t.Errorf("merged: %s", names)
	}
	var conflict *Conflict
	if _, err := r.Merge(one, clash); !errors.As(err, &conflict) || !slices.Equal(conflict.Names, []string{"one.txt"}) {
		t.Errorf("a conflict: %v", err)
	}
	if same, err := r.Merge(start, one); err != nil || same != one {
		t.Errorf("ahead: %s (%v)", same, err)
	}
	must(t, clone, "checkout", "-q", "--orphan", "alone")
	must(t, clone, "commit", "-q", "-m", "alone")
	if _, err := r.Merge(one, must(t, clone, "rev-parse", "HEAD")); !errors.Is(err, ErrUnrelated) {
		t.Errorf("nothing in common: %v", err)
	}
}

// TestOwner: a folder of somebody else is refused in git's own words, which say
// what to do.
func TestOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give a folder away: safe.directory was NOT tested")
	}
	_, clone := cloned(t)
	if err := os.Chown(clone, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(filepath.Join(clone, ".git"), 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(clone); err == nil || !strings.Contains(err.Error(), "safe.directory") {
		t.Errorf("%v", err)
	}
}
