package cli

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// treeIn makes a tree of entries as `git mktree` takes them.
func treeIn(t *testing.T, dir string, entries ...string) string {
	t.Helper()
	cmd := exec.Command("git", "mktree")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(strings.Join(entries, "\n")+"\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestGuardTreeSize: a commit that names more paths than can be listed is a finding,
// also where a later one takes it back, and before anything is merged.
func TestGuardTreeSize(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	l.commitTo("main", func(dir string) { l.edit(dir, "old.txt", func(string) string { return "old\n" }) })
	dir := l.job("origin/main", func(string) {})
	tree := treeIn(t, dir, "100644 blob "+gitIn(t, dir, "rev-parse", "HEAD:old.txt")+"\tfile")
	with := func(levels int) string {
		tree := tree
		for range levels {
			var entries []string
			for i := range 10 {
				entries = append(entries, fmt.Sprintf("040000 tree %s\td%d", tree, i))
			}
			tree = treeIn(t, dir, entries...)
		}
		return treeIn(t, dir, append(strings.Split(gitIn(t, dir, "ls-tree", "HEAD"), "\n"), "040000 tree "+tree+"\tmany")...)
	}
	commit := func(tree, parent string) string { return gitIn(t, dir, "commit-tree", "-m", "x", "-p", parent, tree) }
	main := gitIn(t, dir, "rev-parse", "HEAD")
	bomb := commit(with(8), main)
	judge := func(name, head string, want []string) {
		if _, codes, out := l.guardedAt(dir, "--head", head); !slices.Equal(codes, want) {
			t.Errorf("%s: says %q, want %q:\n%s", name, codes, want, out)
		}
	}
	refused := []string{"guard-tree-size"}
	judge("in the head", bomb, refused)
	judge("taken back", commit(gitIn(t, dir, "rev-parse", main+"^{tree}"), bomb), refused)
	judge("some paths", commit(with(1), main), nil)
	l.commitTo("main", func(dir string) { // what was removed may have been renamed: git looks everywhere
		gitIn(t, dir, "rm", "-q", "old.txt")
		gitIn(t, dir, "commit", "-q", "-m", "rm")
	})
	gitIn(t, dir, "fetch", "-q", "origin")
	judge("beside the base", bomb, refused)
}

// TestGuardCutInside: a history that ends inside the change is not judged; one that
// ends below it is.
func TestGuardCutInside(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	l.commitTo("main", func(dir string) {
		for i := range 4 {
			l.edit(dir, "README.md", func(string) string { return fmt.Sprint(i) })
		}
	})
	l.job("origin/main", func(dir string) {
		l.edit(dir, "one.txt", func(string) string { return "1\n" })
		l.edit(dir, "two.txt", func(string) string { return "2\n" })
		gitIn(t, dir, "branch", "change")
		gitIn(t, dir, "push", "-q", "origin", "change:straight")
	})
	l.commitTo("main", func(dir string) { l.edit(dir, "other.txt", func(string) string { return "x\n" }) })
	l.job("origin/straight", func(dir string) {
		gitIn(t, dir, "merge", "-q", "-m", "merge", "origin/main")
		gitIn(t, dir, "push", "-q", "origin", "HEAD:refs/heads/merged")
	})
	refused, unrelated := []string{"guard-shallow"}, []string{} // the latter is an error, not a report
	for name, c := range map[string]struct {
		depth, head string
		want        []string
	}{
		"the tip alone":       {"1", "origin/merged", unrelated},
		"a merge in between":  {"2", "origin/merged", refused},
		"one commit missing":  {"1", "origin/straight", unrelated},
		"its first commit":    {"2", "origin/straight", unrelated},
		"an end below it":     {"5", "origin/merged", nil},
		"an end below it too": {"5", "origin/straight", nil},
		"nothing cut off":     {"100", "origin/merged", nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cut")
			gitIn(t, t.TempDir(), "clone", "-q", "--no-single-branch", "--depth="+c.depth, "file://"+l.remote, dir)
			code, codes, out := l.guardedAt(dir, "--head", c.head)
			if (code == ExitDone) != (c.want == nil) || !slices.Equal(codes, c.want) || c.want != nil && !strings.Contains(out, "git fetch --unshallow") {
				t.Errorf("says %q, want %q:\n%s", codes, c.want, out)
			}
			if c.want == nil {
				return
			}
			gitIn(t, dir, "fetch", "-q", "--unshallow") // as the hint says
			if _, codes, out := l.guardedAt(dir, "--head", c.head); codes != nil {
				t.Errorf("with the whole history: %q\n%s", codes, out)
			}
		})
	}
}
