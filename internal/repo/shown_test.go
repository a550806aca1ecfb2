package repo

import (
	"os"
	"path/filepath"
	"slices"
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
	t.Setenv("PATH", "")
	if got := Shown(files); got != nil {
		t.Errorf("without git: %q", got)
	}
}

// TestEachPast: every content that the history brought, once, under odd names,
// of deleted files and of merged branches, from an instant on.
func TestEachPast(t *testing.T) {
	top := t.TempDir()
	collect := func(since time.Time, limit int64) (all []string) {
		t.Helper()
		if err := EachPast(top, since, limit, func(p Past) {
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
	if err := EachPast(top, time.Time{}, 99, nil); err != ErrNone {
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
