package repo

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// TestRebase: the tree is the one that `git rebase` ends with, and nothing where it stops.
func TestRebase(t *testing.T) {
	const text = "1\n2\n3\n4\n5\n6\n7\n8\n"
	for name, c := range map[string]struct {
		work func(git func(args ...string), put func(name, text string))
		// ends is how: "head" is the head itself, "stops" a conflict.
		ends string
	}{
		"on the base": {func(_ func(...string), put func(string, string)) { put("x", "1\n"); put("x", "2\n") }, "head"},
		"nothing":     {func(func(...string), func(string, string)) {}, "head"},
		"the base merged into it": {func(git func(...string), put func(string, string)) {
			git("checkout", "-q", "HEAD^")
			put("x", "1\n")
			git("merge", "-q", "base")
			put("y", "1\n")
		}, "head's tree"},
		"behind the base": {func(git func(...string), put func(string, string)) {
			git("checkout", "-q", "HEAD^")
			put("x", "1\n")
			put("y", "1\n")
		}, ""},
		"more in the merge": {func(git func(...string), put func(string, string)) {
			git("checkout", "-q", "-b", "side")
			put("x", "1\n")
			git("checkout", "-q", "--detach", "base")
			put("y", "1\n")
			git("merge", "-q", "--no-ff", "--no-commit", "side")
			put("z", "1\n")
		}, ""},
		"less in the merge": {func(git func(...string), put func(string, string)) {
			git("checkout", "-q", "-b", "side")
			put("x", "1\n")
			git("checkout", "-q", "--detach", "base")
			put("y", "1\n")
			git("merge", "-q", "-s", "ours", "side")
		}, ""},
		"edited on the side, renamed here": {func(git func(...string), put func(string, string)) {
			git("checkout", "-q", "-b", "side")
			put("dir/b.txt", text+"9\n")
			git("checkout", "-q", "--detach", "base")
			git("mv", "dir/b.txt", "c.txt")
			git("commit", "-q", "-m", "mv")
			git("merge", "-q", "-s", "ours", "side")
		}, ""},
		"a commit that the base has": {func(git func(...string), put func(string, string)) {
			put("x", "1\n")
			git("branch", "-f", "old")
			git("revert", "--no-edit", "HEAD")
			git("branch", "-f", "base")
			git("checkout", "-q", "HEAD~3")
			put("x", "1\n")
			put("y", "1\n")
		}, ""},
		"a history of its own": {func(git func(...string), put func(string, string)) {
			git("checkout", "-q", "--orphan", "alone")
			git("rm", "-rqf", ".")
			put("x", "1\n")
			git("checkout", "-q", "--detach", "base")
			git("merge", "-q", "--allow-unrelated-histories", "--no-edit", "alone")
		}, "head's tree"},
		"a conflict": {func(git func(...string), put func(string, string)) {
			git("checkout", "-q", "HEAD^")
			put("new", "1\n")
		}, "stops"},
	} {
		t.Run(name, func(t *testing.T) {
			_, clone := cloned(t)
			git := func(args ...string) { must(t, clone, args...) }
			put := func(name, text string) {
				save(t, clone, name, text)
				git("add", "-A")
				git("commit", "-q", "-m", name)
			}
			git("checkout", "-q", "--detach")
			put("dir/b.txt", text)
			put("new", "base\n")
			git("branch", "base")
			c.work(git, put)
			head, base := must(t, clone, "rev-parse", "HEAD"), must(t, clone, "rev-parse", "base")
			r, err := Open(clone)
			if err != nil {
				t.Fatal(err)
			}
			landed, err := r.Rebase(base, head)
			if c.ends == "stops" {
				var conflict *Conflict
				if !errors.As(err, &conflict) {
					t.Errorf("%s (%v)", landed, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if (landed == head) != (c.ends == "head") {
				t.Errorf("gives %s for %s", landed, head)
			}
			tree := must(t, clone, "rev-parse", landed+"^{tree}")
			if c.ends != "" && tree != must(t, clone, "rev-parse", head+"^{tree}") {
				t.Error("is not the tree of the head")
			}
			git("rebase", "-q", base)
			if want := must(t, clone, "rev-parse", "HEAD^{tree}"); tree != want {
				t.Errorf("git rebase gives another tree:\n%s", strings.TrimSpace(must(t, clone, "diff", tree, want)))
			}
		})
	}
}

// TestRebaseLong: more commits than are replayed are not passed over.
func TestRebaseLong(t *testing.T) {
	_, clone := cloned(t)
	base := must(t, clone, "rev-parse", "HEAD")
	var stream strings.Builder
	stream.WriteString("reset refs/heads/long\nfrom " + base + "\n\n")
	for range maxReplayed + 1 {
		stream.WriteString("commit refs/heads/long\ncommitter a <a@x> 1 +0000\ndata 0\nM 100644 inline x\ndata 0\n\n")
	}
	if _, err := (call{dir: clone, wait: patience, stdin: []byte(stream.String())}).run("fast-import", "--quiet"); err != nil {
		t.Fatal(err)
	}
	r, _ := Open(clone)
	long := must(t, clone, "rev-parse", "long")
	if same, err := r.Rebase(base, long); err != nil || same != long {
		t.Errorf("on the base: %s (%v)", same, err)
	}
	save(t, clone, "moved", "1\n")
	must(t, clone, "add", "-A")
	must(t, clone, "commit", "-q", "-m", "moved")
	if _, err := r.Rebase(must(t, clone, "rev-parse", "HEAD"), long); !errors.Is(err, ErrLong) {
		t.Errorf("behind it: %v", err)
	}
}

// TestRebasePartial: in a partial clone the files that a rebase reads are fetched.
func TestRebasePartial(t *testing.T) {
	remote, clone := cloned(t)
	must(t, remote, "config", "uploadpack.allowFilter", "true")
	must(t, remote, "config", "uploadpack.allowAnySHA1InWant", "true")
	put := func(text string) {
		save(t, clone, "text", text)
		must(t, clone, "add", "-A")
		must(t, clone, "commit", "-q", "-m", "text")
	}
	const middle = "2\n3\n4\n5\n6\n7\n"
	put("1\n" + middle + "8\n")
	must(t, clone, "branch", "side")
	put("one\n" + middle + "8\n")
	must(t, clone, "checkout", "-q", "side")
	put("1\n" + middle + "eight\n")
	must(t, clone, "merge", "-q", "--no-edit", "main")
	must(t, clone, "push", "-q", "origin", "main", "side")
	partial := filepath.Join(t.TempDir(), "partial")
	must(t, clone, "clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+remote, partial)
	r, err := Open(partial)
	if err != nil {
		t.Fatal(err)
	}
	landed, err := r.Rebase(must(t, clone, "rev-parse", "main"), must(t, clone, "rev-parse", "side"))
	if err != nil {
		t.Fatal(err)
	}
	if must(t, partial, "rev-parse", landed+"^{tree}") != must(t, clone, "rev-parse", "side^{tree}") {
		t.Error("it is another tree")
	}
}
