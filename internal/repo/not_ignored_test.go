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

// TestShown: tracked, untracked and ignored files, there and not yet, through
// links and in folders that are not there.
func TestShown(t *testing.T) {
	root := t.TempDir()
	top := filepath.Join(root, "top")
	outside := filepath.Join(root, "outside", "a.key")
	write(t, outside)
	for _, name := range []string{"tracked.key", "forced.key", "untracked.key", "keys/ignored.key", ".gitignore"} {
		write(t, filepath.Join(top, name))
	}
	if err := os.WriteFile(filepath.Join(top, ".gitignore"), []byte("/keys/\n/forced.key\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, top, "init", "-q")
	run(t, top, "add", "tracked.key", ".gitignore")
	run(t, top, "add", "-f", "forced.key")
	for link, to := range map[string]string{"link.key": outside, "in": filepath.Join(top, "keys")} {
		if err := os.Symlink(to, filepath.Join(top, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(top, "untracked.key"), filepath.Join(root, "into.key")); err != nil {
		t.Fatal(err)
	}
	var files, want []string
	for name, is := range map[string]bool{
		"top/tracked.key": true, "top/forced.key": true, "top/untracked.key": true, "top/later.key": true, "top/new/folder/later.key": true, "into.key": true,
		"top/keys/ignored.key": false, "top/keys/later.key": false, "top/keys/new/later.key": false, "top/link.key": false, "top/in/x.key": false, "outside/a.key": false,
	} {
		files = append(files, filepath.Join(root, name))
		if is {
			want = append(want, filepath.Join(root, name))
		}
	}
	slices.Sort(want)
	if got := Shown(files); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

// TestShownUnknown: where git cannot say, a file near a .git counts as shown,
// with a reason; where git can be made to answer, its answer counts; a file
// outside of any repository is nobody's.
func TestShownUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(t *testing.T, top string)
		reason string // "" for an answer of git
	}{
		"no git program": {func(t *testing.T, _ string) { t.Setenv("PATH", t.TempDir()) }, "no git program"},
		"an unknown extension": {func(t *testing.T, top string) {
			run(t, top, "config", "core.repositoryformatversion", "1")
			run(t, top, "config", "extensions.other", "x")
		}, "extension"},
		"an unknown version": {func(t *testing.T, top string) { run(t, top, "config", "core.repositoryformatversion", "99") }, "version"},
		"a broken config":    {func(t *testing.T, top string) { spoil(t, filepath.Join(top, ".git", "config"), "[core\n") }, "config"},
		"a broken index":     {func(t *testing.T, top string) { spoil(t, filepath.Join(top, ".git", "index"), "x") }, "index"},
		"no HEAD":            {func(t *testing.T, top string) { remove(t, filepath.Join(top, ".git", "HEAD")) }, "not the .git of a repository"},
		"a .git that is a link": {func(t *testing.T, top string) {
			remove(t, filepath.Join(top, ".git"))
			link(t, "/nowhere", filepath.Join(top, ".git"))
		}, "not the .git of a repository"},
		"a .git file to nowhere": {func(t *testing.T, top string) {
			remove(t, filepath.Join(top, ".git"))
			spoil(t, filepath.Join(top, ".git"), "gitdir: /nowhere\n")
		}, "not the .git of a repository"},
		"GIT_DIR that is none":  {func(t *testing.T, top string) { t.Setenv("GIT_DIR", filepath.Join(top, "none")) }, "GIT_DIR"},
		"an old git":            {func(t *testing.T, _ string) { known.Store(&version{2, 30}); t.Cleanup(func() { known.Store(nil) }) }, "too old"},
		"core.bare":             {func(t *testing.T, top string) { run(t, top, "config", "core.bare", "true") }, ""},
		"another owner":         {giveAway, ""},
		"core.worktree":         {func(t *testing.T, top string) { run(t, top, "config", "core.worktree", t.TempDir()) }, ""},
		"GIT_DIR and work tree": {func(t *testing.T, top string) { apartWith(t, top, top) }, ""},
		"GIT_DIR alone":         {func(t *testing.T, top string) { apartWith(t, top, ""); t.Chdir(top) }, ""},
		"GIT_WORK_TREE alone": {func(t *testing.T, top string) {
			other := t.TempDir()
			run(t, other, "init", "-q")
			t.Chdir(other)
			remove(t, filepath.Join(top, ".git"))
			t.Setenv("GIT_WORK_TREE", top)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			top, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			run(t, top, "init", "-q")
			spoil(t, filepath.Join(top, ".gitignore"), "ignored/\n")
			run(t, top, "add", ".gitignore")
			shown, ignored := filepath.Join(top, "keys", "a.key"), filepath.Join(top, "ignored", "a.key")
			c.spoil(t, top)
			got := ShownWhy([]string{shown, ignored})
			why, is := got[shown]
			if !is || (why == nil) != (c.reason == "") || why != nil && !strings.Contains(why.Error(), c.reason) {
				t.Errorf("shown: %v, %v", is, why)
			}
			if _, is := got[ignored]; is != (c.reason != "") {
				t.Errorf("an ignored file: %v", got)
			}
			t.Setenv("GIT_DIR", "")
			if got := Shown([]string{filepath.Join(t.TempDir(), "a.key")}); got != nil {
				t.Errorf("outside: %q", got)
			}
		})
	}
}

// apartWith takes the .git of a working tree elsewhere, and names both in the
// environment.
func apartWith(t *testing.T, top, tree string) {
	t.Helper()
	gitDir := filepath.Join(t.TempDir(), "git")
	if err := os.Rename(filepath.Join(top, ".git"), gitDir); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_DIR", gitDir)
	if tree != "" {
		t.Setenv("GIT_WORK_TREE", tree)
	}
}

func giveAway(t *testing.T, top string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can give a directory away")
	}
	for _, path := range []string{top, filepath.Join(top, ".git")} {
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
}

func spoil(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

// TestEachPast: every content that the history brought, once, under odd names,
// of deleted files and of merged branches, from an instant on.
func TestEachPast(t *testing.T) {
	top := t.TempDir()
	collect := func(since time.Time, limit int64) (all []string) {
		t.Helper()
		if _, err := EachPast(top, since, limit, func(p Past) {
			if len(p.Commit) < 40 {
				t.Errorf("commit %q", p.Commit)
			}
			all = append(all, p.Name+"="+string(p.Text))
		}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(all)
		return all
	}
	if _, err := EachPast(top, time.Time{}, 99, nil); !errors.Is(err, ErrNone) {
		t.Errorf("outside of a repository: %v", err)
	}
	run(t, top, "init", "-q", "-b", "main")
	if got := collect(time.Time{}, 99); got != nil {
		t.Errorf("no commit: %q", got)
	}
	put := func(name, text, date string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(top, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(top, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Setenv("GIT_COMMITTER_DATE", date)
		run(t, top, "add", "-A")
		run(t, top, "commit", "-q", "-m", "change")
	}
	put("a", "one\n", "2026-01-01T00:00:00Z")
	put("a", "two\n", "2026-02-01T00:00:00Z")
	put("d \n\"é", "odd\x00\n", "2026-02-02T00:00:00Z")
	run(t, top, "checkout", "-q", "-b", "side")
	put("side", "of a branch", "2026-02-03T00:00:00Z")
	run(t, top, "checkout", "-q", "main")
	put("large", "more than twenty bytes\n", "2026-02-04T00:00:00Z")
	run(t, top, "merge", "-q", "--no-ff", "-m", "merge", "side")
	run(t, top, "rm", "-q", "side")
	run(t, top, "commit", "-q", "-m", "gone")
	since := []string{"a=two\n", "d \n\"é=odd\x00\n", "side=of a branch"}
	if got, want := collect(time.Time{}, 20), append([]string{"a=one\n"}, since...); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	if got := collect(time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC), 20); !slices.Equal(got, since) {
		t.Errorf("since: %q\nwant %q", got, since)
	}
}
