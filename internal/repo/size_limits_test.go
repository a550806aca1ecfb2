package repo

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// planted makes a tree of entries, and gives its name.
func planted(t *testing.T, dir string, entries ...string) string {
	t.Helper()
	out, err := call{dir: dir, stdin: []byte(strings.Join(entries, "\x00") + "\x00"), wait: patience}.run("mktree", "-z")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// fanned is a tree of ten files below so many levels of ten directories.
func fanned(t *testing.T, dir string, levels int) string {
	blob := must(t, dir, "rev-parse", "HEAD:a.txt")
	tree := ""
	for level := range levels + 1 {
		var entries []string
		for i := range 10 {
			entry := fmt.Sprintf("040000 tree %s\td%d", tree, i)
			if level == 0 {
				entry = fmt.Sprintf("100644 blob %s\tf%d", blob, i)
			}
			entries = append(entries, entry)
		}
		tree = planted(t, dir, entries...)
	}
	return tree
}

// below puts a tree below so many directories, each alone in the one above.
func below(t *testing.T, dir, tree, name string, levels int) string {
	for range levels {
		tree = planted(t, dir, "040000 tree "+tree+"\t"+name)
	}
	return tree
}

// TestMeasure: what a commit names is counted without being listed, whichever
// commit of the change it is and however few objects it takes.
func TestMeasure(t *testing.T) {
	_, clone := cloned(t)
	r, _ := Open(clone)
	start, own := must(t, clone, "rev-parse", "HEAD"), must(t, clone, "rev-parse", "HEAD^{tree}")
	commit := func(tree string, parents ...string) string {
		args := append(nobody[:len(nobody):len(nobody)], "commit-tree", "-m", "x", tree)
		for _, p := range parents {
			args = append(args, "-p", p)
		}
		return must(t, clone, args...)
	}
	bomb := commit(fanned(t, clone, 8), start)
	back := commit(own, bomb)
	for name, c := range map[string]struct {
		base, head string
		want       error
	}{
		"a repository":                    {start, start, nil},
		"a thousand paths":                {start, commit(fanned(t, clone, 2), start), nil},
		"a hundred million":               {start, bomb, ErrTooMany},
		"in a commit that is undone":      {start, back, ErrTooMany},
		"on a side that was merged":       {start, commit(own, start, bomb), ErrTooMany},
		"at the base":                     {bomb, commit(own, bomb), ErrTooMany},
		"long paths, less than a million": {start, commit(below(t, clone, fanned(t, clone, 4), strings.Repeat("n", 250), 16), start), ErrTooMany},
		"long paths, few":                 {start, commit(below(t, clone, fanned(t, clone, 1), strings.Repeat("n", 250), 16), start), nil},
		"deeper than any system":          {start, commit(below(t, clone, own, "d", maxTreeDepth+2), start), ErrTooMany},
		"an empty tree":                   {start, commit("4b825dc642cb6eb9a060e54bf8d69288fbee4904", start), nil},
	} {
		if err := r.Measure(c.base, c.head); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := r.Changed(start, bomb); !errors.Is(err, ErrTooMany) {
		t.Errorf("changed: %v", err)
	}
	if _, err := r.Seal(start, bomb); !errors.Is(err, ErrTooMany) {
		t.Errorf("seal: %v", err)
	}
	if err := r.Measure(start, strings.Repeat("1", 40)); err == nil {
		t.Error("a commit that is not here was measured")
	}
}

// lines repeats a line with a number in it, as git writes a list without an end.
func lines(format string, end string) *bufio.Reader {
	out, write := io.Pipe()
	go func() {
		w := bufio.NewWriter(write)
		for i := 0; i < 2*maxPaths; i++ {
			if _, err := fmt.Fprintf(w, format, i); err != nil {
				return
			}
		}
		_, _ = w.WriteString(end)
		_ = write.CloseWithError(w.Flush())
	}()
	return bufio.NewReader(out)
}

// TestListsHaveLimits: a list is not read further than its limit.
func TestListsHaveLimits(t *testing.T) {
	const object = "1111111111111111111111111111111111111111"
	if _, err := treeOf(lines("100644 blob "+object+"\tf%d\x00", "")); !errors.Is(err, ErrTooMany) {
		t.Errorf("a tree: %v", err)
	}
	if _, err := changesIn(lines(":000000 100644 "+strings.Repeat("0", 40)+" "+object+" A\x00f%d\x00", "")); !errors.Is(err, ErrTooMany) {
		t.Errorf("changes: %v", err)
	}
}

// TestPastOfLargeCommits: what a commit of too many paths brought is not
// looked for, and the rest of the history is.
func TestPastOfLargeCommits(t *testing.T) {
	_, clone := cloned(t)
	own := must(t, clone, "rev-parse", "HEAD^{tree}")
	commit := func(tree, text string, parents ...string) string {
		args := append(nobody[:len(nobody):len(nobody)], "commit-tree", "-m", text, tree)
		for _, p := range parents {
			args = append(args, "-p", p)
		}
		return must(t, clone, args...)
	}
	withFile := func(name, text string) string {
		return planted(t, clone, "100644 blob "+object(t, clone, text)+"\t"+name)
	}
	before := commit(withFile("before.txt", "before"), "before", must(t, clone, "rev-parse", "HEAD"))
	large := fanned(t, clone, 5) // a little more than is read: a list of it fits into memory
	for name, c := range map[string]struct {
		head   string
		unread int
		want   []string
	}{
		"taken back":   {commit(withFile("after.txt", "after"), "after", commit(own, "back", commit(large, "bomb", before))), 1, []string{"before.txt", "after.txt"}},
		"at the head":  {commit(large, "bomb", before), 1, []string{"before.txt"}},
		"merged":       {commit(withFile("after.txt", "after"), "after", commit(own, "merge", before, commit(large, "bomb", before))), 1, []string{"before.txt", "after.txt"}},
		"twice, a bit": {commit(large, "again", commit(below(t, clone, large, "d", 2), "bomb", before)), 2, []string{"before.txt"}},
		"none":         {commit(withFile("after.txt", "after"), "after", before), 0, []string{"before.txt", "after.txt"}},
	} {
		must(t, clone, "update-ref", "--no-deref", "HEAD", c.head)
		var names []string
		unread, err := EachPast(clone, time.Time{}, 1<<20, func(p Past) { names = append(names, p.Name) })
		if err != nil || len(unread) != c.unread {
			t.Errorf("%s: %v, unread %q", name, err, unread)
		}
		for _, want := range c.want {
			if !slices.Contains(names, want) {
				t.Errorf("%s: %s is not read: %q", name, want, names)
			}
		}
	}
}

// object writes a file's content.
func object(t *testing.T, dir, text string) string {
	t.Helper()
	out, err := call{dir: dir, stdin: []byte(text), wait: patience}.run("hash-object", "-w", "--stdin")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
