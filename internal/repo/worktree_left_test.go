package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWorktreeOfAKilled: the next worktree removes what a killed process left, and
// nothing that a living one uses or that is not a temporary directory of this package.
func TestWorktreeOfAKilled(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	_, clone := cloned(t)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	commit := must(t, clone, "rev-parse", "HEAD")
	checkout := func() *Worktree {
		t.Helper()
		w, err := r.Checkout(commit)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	listed := func() int { return strings.Count(must(t, clone, "worktree", "list", "--porcelain"), "worktree ") }
	killed, gone, own := checkout(), checkout(), filepath.Join(t.TempDir(), worktreePrefix+"mine")
	must(t, clone, "worktree", "add", "--detach", filepath.Join(own, filepath.Base(own)), commit)
	if err := os.WriteFile(filepath.Join(own, worktreeLock), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	lives := checkout()
	if listed() != 5 {
		t.Fatal("worktrees in use were removed")
	}
	killed.release() // as the end of the process does
	gone.release()
	if err := os.RemoveAll(gone.Dir); err != nil {
		t.Fatal(err)
	}
	next := checkout()
	for _, dir := range []string{killed.parent, gone.parent} {
		if _, err := os.Lstat(dir); err == nil {
			t.Errorf("%s is left", dir)
		}
	}
	for _, dir := range []string{lives.Dir, next.Dir, own} {
		if _, err := os.Lstat(dir); err != nil {
			t.Errorf("%s is gone", dir)
		}
	}
	lives.Close()
	next.Close()
	if listed() != 2 {
		t.Error(must(t, clone, "worktree", "list"))
	}
}

// TestWorktreeAboveIsTheUsers: nothing that others may write to is above a worktree that
// hooks run in. Without a directory of the user's own there is none.
func TestWorktreeAboveIsTheUsers(t *testing.T) {
	shared, cache := t.TempDir(), filepath.Join(t.TempDir(), "not", "yet")
	_, clone := cloned(t)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	head := must(t, clone, "rev-parse", "HEAD")
	t.Setenv("TMPDIR", shared)
	t.Setenv("XDG_CACHE_HOME", cache)
	w, err := r.CheckoutReviewed(head)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(w.Dir, cache+string(filepath.Separator)) {
		t.Errorf("%s is not below %s", w.Dir, cache)
	}
	w.Close()
	t.Setenv("HOME", "")
	for _, home := range []string{"", "relative", "/dev/null"} {
		t.Setenv("XDG_CACHE_HOME", home)
		if _, err := r.CheckoutReviewed(head); !errors.Is(err, ErrNoCache) {
			t.Errorf("XDG_CACHE_HOME=%s: %v", home, err)
		}
	}
	if info, err := os.Stat(filepath.Join(cache, "l5d-pki-render")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	left, _ := filepath.Glob(filepath.Join(shared, "*"))
	if more, _ := filepath.Glob(filepath.Join(cache, "l5d-pki-render", "*")); len(left)+len(more) > 0 {
		t.Errorf("left behind: %v %v", left, more)
	}
}

// TestCacheInTheClone: no working tree is made below one of the repository, where a branch
// that is checked out may have brought modules for hooks.
func TestCacheInTheClone(t *testing.T) {
	_, clone := cloned(t)
	linked := filepath.Join(t.TempDir(), "linked")
	must(t, clone, "worktree", "add", "-q", "--detach", linked)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	for _, within := range []string{clone, linked} {
		t.Setenv("XDG_CACHE_HOME", filepath.Join(within, ".cache"))
		if w, err := r.CheckoutReviewed("HEAD"); !errors.Is(err, ErrNoCache) {
			t.Errorf("%s: %v %v", within, w, err)
		}
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	w, err := r.CheckoutReviewed("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
}
