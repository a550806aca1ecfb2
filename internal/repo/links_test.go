package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLinkInGit: a link that Git has, or would commit, is found wherever it is on the way,
// also on that to the state; one that is ignored is not.
func TestLinkInGit(t *testing.T) {
	above, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	outside, top := filepath.Join(above, "outside"), filepath.Join(above, "real", "repository")
	nested := filepath.Join(top, "pki", "nested")
	if err := errors.Join(os.MkdirAll(nested, 0o755), os.MkdirAll(outside, 0o755)); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{above, top, nested} {
		run(t, dir, "init", "-q")
	}
	spoil(t, filepath.Join(top, ".gitignore"), "*.key\n/pki/nested\n/pki/own\n/pki/tracked\n/pki/chain\n/pki/loop\n/pki/gone\n")
	link(t, "../../../outside", filepath.Join(top, "pki", "own"))
	link(t, outside, filepath.Join(top, "pki", "tracked"))
	link(t, outside, filepath.Join(top, "pki", "untracked"))
	link(t, "./x/../tracked", filepath.Join(top, "pki", "chain"))
	link(t, "loop", filepath.Join(top, "pki", "loop"))
	link(t, "none", filepath.Join(top, "pki", "gone"))
	link(t, outside, filepath.Join(nested, "brought"))
	link(t, "../outside/a.key", filepath.Join(top, "pki", "file.key"))
	if err := os.Mkdir(filepath.Join(top, "pki", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	link(t, "real", filepath.Join(above, "way")) // as a branch may have it
	run(t, above, "add", "way")
	run(t, top, "add", "-f", "pki/tracked")
	run(t, nested, "add", "brought")
	for _, home := range []string{filepath.Join(top, "pki"), filepath.Join(above, "way", "repository", "pki")} {
		for name, want := range map[string]string{
			"keys/a.key": "", "own/a.key": "", "own/sub/a.key": "", "loop/a.key": "", "gone/a.key": "", "file.key": "",
			"tracked/a.key": "pki/tracked", "tracked/sub/a.key": "pki/tracked", "untracked/a.key": "pki/untracked", "chain/a.key": "pki/tracked",
			"nested/brought/a.key": "pki/nested/brought", "nested/a.key": "", "own/../outside/a.key": "", "x/../tracked/a.key": "pki/tracked",
		} {
			switch {
			case strings.HasPrefix(home, filepath.Join(above, "way")):
				want = filepath.Join(above, "way")
			case want != "":
				want = filepath.Join(top, want)
			}
			if got, err := LinkInGit(home, filepath.Join(home, name)); got != want || err != nil {
				t.Errorf("%s from %s: %q, want %q (%v)", name, home, got, want, err)
			}
		}
	}
	for file, want := range map[string]string{filepath.Join(top, "pki", "tracked", "a.key"): "pki/tracked", filepath.Join(outside, "a.key"): ""} {
		if want != "" {
			want = filepath.Join(top, want)
		}
		if got, err := LinkInGit(filepath.Join(top, "new", "pki"), file); got != want || err != nil {
			t.Errorf("%s, from a directory that is not there: %q, want %q (%v)", file, got, want, err)
		}
	}
	if got, err := LinkInGit(outside, filepath.Join(top, "pki", "tracked", "a.key")); got != filepath.Join(top, "pki", "tracked") || err != nil {
		t.Errorf("below the repository of a home directory: %q (%v)", got, err)
	}
	run(t, top, "rm", "-q", "--cached", "pki/tracked")
	if got, err := LinkInGit(filepath.Join(top, "pki"), filepath.Join(top, "pki", "chain", "a.key")); got != "" || err != nil {
		t.Errorf("ignored now: %q (%v)", got, err)
	}
	run(t, top, "add", "-f", "pki/tracked")
	run(t, top, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "link")
	run(t, top, "rm", "-q", "--cached", "pki/tracked")
	if got, err := LinkInGit(filepath.Join(top, "pki"), filepath.Join(top, "pki", "chain", "a.key")); got != filepath.Join(top, "pki", "tracked") || err != nil {
		t.Errorf("in the commit that is checked out, and no more in the index: %q (%v)", got, err)
	}
	remove(t, filepath.Join(top, ".git", "HEAD"))
	if _, err := LinkInGit(filepath.Join(top, "pki"), filepath.Join(top, "pki", "own", "a.key")); err == nil {
		t.Error("git cannot say it")
	}
}
