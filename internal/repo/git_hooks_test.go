package repo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHooksByLinks: links in .git/hooks, or of it, into the working tree give what
// the base has, and nothing where it has nothing; links elsewhere stay.
func TestHooksByLinks(t *testing.T) {
	relink := func(t *testing.T, target, link string) {
		t.Helper()
		if err := os.RemoveAll(link); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		plant               func(t *testing.T, clone, outside string)
		base, own, skipping bool
	}{
		"an entry": {plant: func(t *testing.T, clone, _ string) {
			relink(t, "../../tools/pre-commit", filepath.Join(clone, ".git/hooks/pre-commit"))
		}, base: true},
		"the directory": {plant: func(t *testing.T, clone, _ string) { relink(t, "../tools", filepath.Join(clone, ".git/hooks")) }, base: true},
		"an absolute entry": {plant: func(t *testing.T, clone, _ string) {
			relink(t, filepath.Join(clone, "tools/pre-commit"), filepath.Join(clone, ".git/hooks/pre-commit"))
		}, base: true},
		"a chain": {plant: func(t *testing.T, clone, outside string) {
			relink(t, filepath.Join(clone, "tools/pre-commit"), outside+"-link")
			relink(t, outside+"-link", filepath.Join(clone, ".git/hooks/pre-commit"))
		}, base: true},
		"not in the base": {plant: func(t *testing.T, clone, _ string) {
			relink(t, "../../new/pre-commit", filepath.Join(clone, ".git/hooks/pre-commit"))
		}, skipping: true},
		"the directory, not in the base": {plant: func(t *testing.T, clone, _ string) { relink(t, "../new", filepath.Join(clone, ".git/hooks")) }, skipping: true},
		"entries of core.hooksPath": {plant: func(t *testing.T, clone, outside string) {
			relink(t, filepath.Join(clone, "new/pre-commit"), filepath.Join(outside, "pre-commit"))
			must(t, clone, "config", "core.hooksPath", outside)
		}, skipping: true},
		"outside": {plant: func(t *testing.T, clone, outside string) {
			relink(t, filepath.Join(outside, "pre-commit"), filepath.Join(clone, ".git/hooks/pre-commit"))
		}, own: true},
	} {
		t.Run(name, func(t *testing.T) {
			_, clone := cloned(t)
			base, own, hostile := filepath.Join(t.TempDir(), "base"), filepath.Join(t.TempDir(), "own"), filepath.Join(t.TempDir(), "hostile")
			putHooks(t, filepath.Join(clone, "tools"), base)
			must(t, clone, "add", "-A")
			must(t, clone, "commit", "-q", "-m", "hooks")
			tip := must(t, clone, "rev-parse", "HEAD")
			outside := filepath.Join(filepath.Dir(clone), "outside")
			putHooks(t, outside, own)
			for _, dir := range []string{"tools", "new"} { // as a branch that is checked out for a look has them
				putHooks(t, filepath.Join(clone, dir), hostile)
			}
			c.plant(t, clone, outside)
			r, err := Open(clone)
			if err != nil {
				t.Fatal(err)
			}
			w, err := r.CheckoutReviewed(tip)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			save(t, w.Dir, "a.txt", "two\n")
			tree, err := w.Stage([]string{"a.txt"})
			if err == nil {
				_, err = w.Commit(tree, "change", when)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Push(Push{"origin", "made", tip, "", "HEAD"}); err != nil {
				t.Error(err)
			}
			untouched(t, hostile, name)
			for file, want := range map[string]bool{base: c.base, own: c.own} {
				if _, err := os.Stat(file); (err == nil) != want && name != "entries of core.hooksPath" {
					t.Errorf("%s ran: %v", file, err == nil)
				}
			}
			if said := strings.Join(w.SkippedHooks, " "); (said != "") != c.skipping {
				t.Errorf("skipped: %q", said)
			}
		})
	}
}

// TestPushHooks: a push runs no hook of the branch that is checked out.
func TestPushHooks(t *testing.T) {
	for _, path := range []string{".husky", "absolute", "outside"} {
		_, clone := cloned(t)
		hostile, mine := filepath.Join(t.TempDir(), "hostile"), filepath.Join(t.TempDir(), "mine")
		outside := t.TempDir()
		putHooks(t, filepath.Join(clone, ".husky"), hostile)
		putHooks(t, outside, mine)
		must(t, clone, "config", "core.hooksPath", map[string]string{".husky": ".husky", "absolute": filepath.Join(clone, ".husky"), "outside": outside}[path])
		r, err := Open(clone)
		if err != nil {
			t.Fatal(err)
		}
		tip := must(t, clone, "rev-parse", "HEAD")
		if err := r.Push(Push{"origin", "made", tip, "", "HEAD"}); err != nil {
			t.Fatal(err)
		}
		untouched(t, hostile, path)
		if _, err := os.Stat(mine); (err == nil) != (path == "outside") {
			t.Errorf("%s: own hooks ran: %v", path, err == nil)
		}
	}
}

// TestPushHooksStart: what a hook of a push starts is what the reviewed commit has,
// not what is checked out for a review.
func TestPushHooksStart(t *testing.T) {
	for _, hook := range []string{"pre-push", "reference-transaction"} {
		_, clone := cloned(t)
		base, ran := must(t, clone, "rev-parse", "HEAD"), filepath.Join(t.TempDir(), "ran")
		must(t, clone, "checkout", "-q", "-b", "theirs")
		save(t, clone, "check.sh", "echo theirs >> '"+ran+"'\n")
		must(t, clone, "add", "check.sh")
		must(t, clone, "commit", "-q", "-m", "theirs")
		script := "#!/bin/sh\n[ -e a.txt ] && echo started >> '" + ran + "'\nif [ -e check.sh ]; then sh check.sh; fi\n"
		if err := os.WriteFile(filepath.Join(clone, ".git", "hooks", hook), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		r, err := Open(clone)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Push(Push{"origin", "made", base, "", base}); err != nil {
			t.Fatal(hook, err)
		}
		if told, _ := os.ReadFile(ran); !strings.Contains(string(told), "started") || strings.Contains(string(told), "theirs") {
			t.Errorf("%s: %q", hook, told)
		}
		if trees := must(t, clone, "worktree", "list"); strings.Count(trees, "\n") > 0 {
			t.Error("left:", trees)
		}
	}
}
