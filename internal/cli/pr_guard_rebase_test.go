package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestGuardRebase: what a rebase lands, which leaves merges out, is what the merge gives;
// else it is a finding.
func TestGuardRebase(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	l.commitTo("main", func(dir string) {
		l.edit(dir, "pki/rotation.yaml", func(s string) string {
			return strings.Replace(s, "\nstatus:", "\n  outputs:\n    - {kind: values, path: ../values/pki.yaml}\nstatus:", 1)
		})
		if got := call(t, "", nil, "sync", "-s", dir+"/"+l.state); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		l.edit(dir, "docs/old.yaml", func(string) string {
			text, err := os.ReadFile(filepath.Join(dir, "values/pki.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			return "# not an output\n" + string(text)
		})
	})
	began := l.head("main")
	gitIn(t, l.remote, "branch", "full", "main")
	l.commitTo("full", func(dir string) { l.moves(dir, "start anchor --strategy bundle") })
	addLine := func(dir string) { l.edit(dir, "docs/old.yaml", func(s string) string { return s + "# a line more\n" }) }
	l.commitTo("main", func(dir string) {
		l.edit(dir, "README.md", func(string) string { return "of main\n" })
		addLine(dir)
	})
	take := func(dir string, names ...string) {
		gitIn(t, dir, append([]string{"checkout", "-q", "origin/full", "--"}, names...)...)
	}
	commit := func(dir, message string) { gitIn(t, dir, "add", "-A"); gitIn(t, dir, "commit", "-q", "-m", message) }
	// side has a commit of its own on a branch, and goes back to where it was.
	side := func(dir string, work func()) {
		from := gitIn(t, dir, "rev-parse", "HEAD")
		gitIn(t, dir, "checkout", "-q", "-b", "side")
		work()
		commit(dir, "side")
		gitIn(t, dir, "checkout", "-q", "--detach", from)
	}
	merging := func(dir string, more ...string) {
		gitIn(t, dir, append([]string{"merge", "-q", "--no-commit", "--no-ff"}, more...)...)
	}
	// renamed makes a file an output, which Git takes for the file with another name.
	renamed := func(dir string) {
		gitIn(t, dir, "rm", "-q", "docs/old.yaml")
		gitIn(t, dir, "reset", "-q")
		file := filepath.Join(dir, l.state)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		put(t, dir, l.state, strings.Replace(string(text), "\nstatus:", "\n    - {kind: values, path: ../values/more.yaml}\nstatus:", 1))
		if got := call(t, "", nil, "sync", "-s", file); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		commit(dir, "renamed")
	}
	for name, c := range map[string]struct {
		from string
		work func(dir string)
		want bool
	}{
		"outputs in a commit, the state in the merge": {began, func(dir string) {
			side(dir, func() { put(t, dir, "side", "x\n") })
			take(dir, "values")
			commit(dir, "outputs")
			merging(dir, "side")
			take(dir, "pki")
			commit(dir, "merge")
		}, true},
		"the state in a commit, keys and outputs in the merge": {began, func(dir string) {
			side(dir, func() { put(t, dir, "side", "x\n") })
			take(dir, l.state)
			commit(dir, "state")
			merging(dir, "side")
			take(dir, "pki", "values")
			commit(dir, "merge")
		}, true},
		"a merge leaves out that outputs are taken back": {"origin/full", func(dir string) {
			side(dir, func() { gitIn(t, dir, "checkout", "-q", began, "--", "values") })
			gitIn(t, dir, "merge", "-q", "-s", "ours", "-m", "ours", "side")
		}, true},
		"the same, where main was merged in": {"origin/full", func(dir string) {
			side(dir, func() { gitIn(t, dir, "checkout", "-q", began, "--", "values") })
			gitIn(t, dir, "merge", "-q", "-s", "ours", "-m", "ours", "side")
			gitIn(t, dir, "merge", "-q", "--no-edit", "origin/main")
		}, true},
		"everything in the merge": {began, func(dir string) {
			side(dir, func() { put(t, dir, "side", "x\n") })
			merging(dir, "side")
			take(dir, "pki", "values")
			commit(dir, "merge")
		}, true},
		"a second state that the merge takes away": {began, func(dir string) {
			side(dir, func() { put(t, dir, "side", "x\n") })
			gitIn(t, dir, "checkout", "-q", "--detach", began)
			put(t, dir, "other/copy.yaml", gitIn(t, dir, "show", began+":"+l.state)+"\n")
			commit(dir, "copy")
			merging(dir, "side")
			gitIn(t, dir, "rm", "-qrf", "other")
			commit(dir, "merge")
		}, true},
		"a file that becomes an output, edited on the side": {"origin/main", func(dir string) {
			gitIn(t, dir, "checkout", "-q", "-b", "edited")
			l.edit(dir, "docs/old.yaml", func(s string) string { return strings.Replace(s, "BEGIN", "NO", 1) })
			gitIn(t, dir, "checkout", "-q", "--detach", "origin/main")
			renamed(dir)
			gitIn(t, dir, "merge", "-q", "-s", "ours", "-m", "ours", "edited")
		}, true},
		"a file that becomes an output and is put back, edited on main": {began, func(dir string) {
			renamed(dir)
			gitIn(t, dir, "checkout", "-q", began, "--", "docs")
			commit(dir, "back")
		}, true},

		"a move that is up to date by a merge of main": {"origin/full", func(dir string) {
			gitIn(t, dir, "merge", "-q", "--no-edit", "origin/main")
		}, false},
		"a move behind main":    {"origin/full", func(string) {}, false},
		"a move ahead of main":  {"origin/main", func(dir string) { take(dir, "pki", "values"); commit(dir, "move") }, false},
		"a move in two commits": {began, func(dir string) { take(dir, "pki"); commit(dir, "x"); take(dir, "values"); commit(dir, "y") }, false},
		"the same, and main merged in": {began, func(dir string) {
			take(dir, "pki")
			commit(dir, "state")
			gitIn(t, dir, "merge", "-q", "--no-edit", "origin/main")
			take(dir, "values")
			commit(dir, "outputs")
		}, false},
		"a move, and a branch of something else": {"origin/full", func(dir string) {
			side(dir, func() { put(t, dir, "side", "x\n") })
			gitIn(t, dir, "merge", "-q", "--no-edit", "--no-ff", "side")
		}, false},
		"a move merged in as a branch": {"origin/main", func(dir string) {
			gitIn(t, dir, "merge", "-q", "--no-edit", "--no-ff", "origin/full")
		}, false},
		"something else in a merge alone": {began, func(dir string) {
			side(dir, func() { put(t, dir, "side", "x\n") })
			put(t, dir, "here", "x\n")
			commit(dir, "here")
			merging(dir, "side")
			put(t, dir, "merge", "x\n")
			commit(dir, "merge")
		}, false},
		"a conflict in something else": {"origin/full", func(dir string) {
			put(t, dir, "README.md", "of the branch\n")
			commit(dir, "readme")
			gitIn(t, dir, "merge", "-q", "-s", "ours", "-m", "both", "origin/main")
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job(c.from, c.work)
			code, codes, out := l.guardedAt(dir)
			if slices.ContainsFunc(codes, func(code string) bool { return code != "guard-intermediate" }) ||
				len(codes) > 0 != c.want || code == ExitDone == c.want {
				t.Errorf("code %d, says %q:\n%s", code, codes, out)
			}
			if code, codes, out := l.guardedAt(dir, "--accept", "guard-intermediate"); code != ExitDone {
				t.Errorf("accepted: %q\n%s", codes, out)
			}
		})
	}
}
