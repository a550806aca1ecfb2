package repo

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTree: every kind of entry is what it is, and nothing is followed.
func TestTree(t *testing.T) {
	_, clone := cloned(t)
	r, _ := Open(clone)
	before := must(t, clone, "rev-parse", "HEAD")
	odd := "odd \"name\"\n\t\xff:(top)"
	save(t, clone, odd, "odd\n")
	save(t, clone, "run.sh", "run\n")
	for to, name := range map[string]string{"a.txt": "link", "dir": "folder", "/dev/zero": "zero"} {
		if err := os.Symlink(to, filepath.Join(clone, name)); err != nil {
			t.Fatal(err)
		}
	}
	must(t, clone, "add", "-A")
	must(t, clone, "update-index", "--chmod=+x", "run.sh")
	must(t, clone, "update-index", "--add", "--cacheinfo", "160000,"+before+",sub")
	must(t, clone, "commit", "-q", "-m", "kinds")
	head := must(t, clone, "rev-parse", "HEAD")
	tree, err := r.Tree(head)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a.txt", "dir/b.txt", odd, "run.sh"}; !slices.Equal(tree.Files(), want) {
		t.Errorf("files %q, want %q", tree.Files(), want)
	}
	for _, name := range tree.Files() {
		e, err := tree.Find(name)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if text, err := r.Read(e, 10); err != nil || len(text) == 0 {
			t.Errorf("%q: %q, %v", name, text, err)
		}
		if _, err := r.Read(e, 2); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%q: %v", name, err)
		}
		if text, ok, err := r.File(head, name); err != nil || !ok || len(text) == 0 {
			t.Errorf("%q: %q, %v, %v", name, text, ok, err)
		}
	}
	for name, want := range map[string]string{
		"link": "is a symbolic link", "zero": "is a symbolic link", "sub": "is a submodule", "dir": "is a directory",
		"folder/b.txt": "lies below folder, which is a symbolic link", "sub/x": "lies below sub, which is a submodule", "a.txt/x": "lies below a.txt, which is a file",
	} {
		var other *NotRegular
		if _, err := tree.Find(name); !errors.As(err, &other) || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
		if _, ok, err := r.File(head, name); ok || (name == "link" || name == "sub") && err == nil {
			t.Errorf("%s is taken for a file: %v", name, err)
		}
	}
	for _, name := range []string{"nothing", "dir/nothing", "nothing/at/all", "../a.txt", "", "dir/", "./a.txt"} {
		if _, err := tree.Find(name); err == nil {
			t.Errorf("%q was found", name)
		}
	}
	old, err := r.Tree(before)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"folder", "link", odd, "run.sh", "sub", "zero"}; !slices.Equal(old.Differs(tree), want) || len(tree.Differs(tree)) > 0 {
		t.Errorf("differs in %q", old.Differs(tree))
	}
}

// TestStrangeTree: a tree that git would not have made is refused as a whole.
func TestStrangeTree(t *testing.T) {
	_, clone := cloned(t)
	r, _ := Open(clone)
	blob := must(t, clone, "rev-parse", "HEAD:a.txt")
	for _, name := range []string{".git", ".GIT", "..", ".", "GIT~1", "git~12", ".git.", ".git ", ".git::$INDEX_ALLOCATION", "GIT~1:x", ".g\u200cit",
		`a\.git\hooks`, `..\a`, `a\git~1`, `\..`} {
		out, err := call{dir: clone, stdin: []byte("100644 blob " + blob + "\t" + name + "\x00"), wait: patience}.run("mktree", "-z")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Tree(strings.TrimSpace(string(out))); !errors.Is(err, ErrTree) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"git~", "git~x", "digit~1", ".gitignore", "git", "a.git", `a\b`, "...", "a:.git"} {
		if strange(name) || strange("a/"+name) || strange(name+"/a") {
			t.Errorf("%s is strange", name)
		}
	}
	if _, err := r.Tree(strings.Repeat("1", 40)); err == nil {
		t.Error("a commit that is not here has a tree")
	}
}

// TestBrought: every version that commits bring, also what goes again and what
// only a merge has, and nothing that was there.
func TestBrought(t *testing.T) {
	_, clone := cloned(t)
	r, _ := Open(clone)
	start := must(t, clone, "rev-parse", "HEAD")
	commit := func(message string) string {
		must(t, clone, "add", "-A")
		must(t, clone, "commit", "-q", "-m", message)
		return must(t, clone, "rev-parse", "HEAD")
	}
	save(t, clone, "secret.txt", "gone again\n")
	in := commit("in")
	must(t, clone, "rm", "-q", "secret.txt")
	save(t, clone, "copy.txt", "one\n") // the text of a.txt, under another name
	out := commit("out")
	must(t, clone, "checkout", "-q", "--detach", start)
	save(t, clone, "side.txt", "side\n")
	side := commit("side")
	must(t, clone, "merge", "-q", "--no-commit", "--no-ff", out)
	save(t, clone, "merged\nonly.txt", "merged\n")
	merged := commit("merge")
	must(t, clone, "tag", "-a", "v1", "-m", "a tag", side)
	must(t, clone, "tag", "-a", "v0", "-m", "of the base", start)

	commits, changes, err := r.Brought(start, merged)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(commits)
	if want := []string{in, out, side, merged}; !slices.Equal(commits, sortedOf(want)) {
		t.Errorf("commits %q", commits)
	}
	texts := map[string]string{}
	var objects, names []string
	for _, c := range changes {
		if c.HasContent() && c.Regular() {
			objects, names = append(objects, c.Object), append(names, c.Name)
		}
	}
	err = r.Contents(objects, func(i int, c Content) error {
		text, err := io.ReadAll(c.Text)
		texts[names[i]] = string(text)
		return err
	})
	if err != nil || len(names) != 4 || texts["secret.txt"] != "gone again\n" || texts["copy.txt"] != "one\n" || texts["merged\nonly.txt"] != "merged\n" || texts["side.txt"] != "side\n" {
		t.Errorf("%q (%v)", texts, err)
	}
	if tags, err := r.Tags(commits); err != nil || len(tags) != 1 || tags[0] != must(t, clone, "rev-parse", "v1") {
		t.Errorf("tags %q (%v)", tags, err)
	}
	if commits, changes, err := r.Brought(merged, merged); err != nil || len(commits)+len(changes) > 0 {
		t.Errorf("nothing: %q %v (%v)", commits, changes, err)
	}
}

func sortedOf(texts []string) []string {
	slices.Sort(texts)
	return texts
}

// TestContents: what is not read is passed over, what is missing is named, and
// an error of the reader ends it.
func TestContents(t *testing.T) {
	_, clone := cloned(t)
	r, _ := Open(clone)
	save(t, clone, "big", strings.Repeat("0123456789", 300_000))
	must(t, clone, "add", "-A")
	must(t, clone, "commit", "-q", "-m", "big")
	big, small, commit := must(t, clone, "rev-parse", "HEAD:big"), must(t, clone, "rev-parse", "HEAD:a.txt"), must(t, clone, "rev-parse", "HEAD")
	var kinds []string
	err := r.Contents([]string{big, small, big, commit}, func(i int, c Content) error {
		kinds = append(kinds, c.Kind)
		if i == 1 {
			if text, err := io.ReadAll(c.Text); err != nil || string(text) != "one\n" {
				t.Errorf("%q (%v)", text, err)
			}
		}
		_, err := io.CopyN(io.Discard, c.Text, min(c.Size, 7))
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return err
	})
	if want := []string{"blob", "blob", "blob", "commit"}; err != nil || !slices.Equal(kinds, want) {
		t.Errorf("%q (%v)", kinds, err)
	}
	if err := r.Contents([]string{small, strings.Repeat("1", 40)}, func(int, Content) error { return nil }); !errors.Is(err, ErrMissing) {
		t.Errorf("missing: %v", err)
	}
	stop := errors.New("stop")
	if err := r.Contents([]string{big, small}, func(int, Content) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
	if err := r.Contents(nil, nil); err != nil {
		t.Error(err)
	}
}

// TestTreeTwice: readers of a tree with one name twice disagree on what is there.
func TestTreeTwice(t *testing.T) {
	one := "100644 blob 1111111111111111111111111111111111111111\tpki/x\x00"
	dir := "040000 tree 2222222222222222222222222222222222222222\tpki\x00"
	linked := "120000 blob 3333333333333333333333333333333333333333\tpki\x00"
	for _, listed := range []string{one + one, dir + one + dir, linked + dir + one, dir + one + linked} {
		if _, err := treeOf(bufio.NewReader(strings.NewReader(listed))); !errors.Is(err, ErrTree) || !strings.Contains(err.Error(), "twice") {
			t.Errorf("%q: %v", listed, err)
		}
	}
	if _, err := treeOf(bufio.NewReader(strings.NewReader(dir + one))); err != nil {
		t.Error(err)
	}
}
