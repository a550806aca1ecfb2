package repo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// attributed is a clone whose base has attributes for its files.
func attributed(t *testing.T, attributes string) (r *Repo, clone, base string) {
	t.Helper()
	_, clone = cloned(t)
	const text = "# $Id$ \n\xc3\xa9: one\n"
	object := filepath.Join(t.TempDir(), "blob")
	save(t, filepath.Dir(object), "blob", text)
	hash := must(t, clone, "hash-object", "-w", "--no-filters", object)
	rules := filepath.Join(t.TempDir(), "rules")
	save(t, filepath.Dir(rules), "rules", attributes)
	list := must(t, clone, "hash-object", "-w", "--no-filters", rules)
	must(t, clone, "update-index", "--add", "--cacheinfo", "100644,"+list+",.gitattributes")
	for _, name := range []string{"a.txt", "dir/b.txt"} { // the blobs, whatever the attributes make of them
		must(t, clone, "update-index", "--add", "--cacheinfo", "100644,"+hash+","+name)
	}
	must(t, clone, "commit", "-q", "-m", "attributes")
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	return r, clone, must(t, clone, "rev-parse", "HEAD")
}

// TestStageBytes: a checkout has the bytes of the commit, and a commit those of
// the files, whatever attributes the base has for them.
func TestStageBytes(t *testing.T) {
	for _, attributes := range []string{
		"* working-tree-encoding=UTF-16", "*.txt text working-tree-encoding=UTF-16LE-BOM", "* working-tree-encoding=latin-1", "* working-tree-encoding=no-such",
		"* text eol=crlf", "* eol=lf", "* text=auto eol=crlf", "* ident", "* text eol=crlf ident working-tree-encoding=UTF-16", "[attr]m text eol=crlf\n*.txt m", "* -text", "* text",
	} {
		r, clone, base := attributed(t, attributes+"\n")
		w, err := r.CheckoutReviewed(base)
		if err != nil {
			t.Errorf("%s: %v", attributes, err)
			continue
		}
		if text, err := os.ReadFile(filepath.Join(w.Dir, "a.txt")); string(text) != "# $Id$ \n\xc3\xa9: one\n" {
			t.Errorf("%s: checked out %q, %v", attributes, text, err)
		}
		files := map[string]string{"dir/b.txt": "# $Id: x $ \n\xc3\xa9: two\r\nthree\n", "new 100%s.txt": "\xff\xfe\r\n", "\"odd\n\xc3\xa4.txt": "odd\n"}
		names := []string{"a.txt", "not there.txt"}
		for name, text := range files {
			save(t, w.Dir, name, text)
			names = append(names, name)
		}
		if err := os.Remove(filepath.Join(w.Dir, "a.txt")); err != nil {
			t.Fatal(err)
		}
		tree, err := w.Stage(names)
		if err != nil {
			t.Errorf("%s: %v", attributes, err)
		}
		commit, err := w.Commit(tree, "change", when)
		if err != nil {
			t.Errorf("%s: %v", attributes, err)
			continue
		}
		for name, want := range files {
			if text, _, err := r.File(commit, name); err != nil || string(text) != want {
				t.Errorf("%s: %q has %q, %v", attributes, name, text, err)
			}
		}
		if changed := must(t, clone, "diff-tree", "-r", "--name-status", base, commit); strings.Count(changed, "\n") != 3 || !strings.Contains(changed, "D\ta.txt") {
			t.Errorf("%s: changed %q", attributes, changed)
		}
		w.Close()
	}
}

// TestStageFilter: a file that a filter would convert is refused, with what to do;
// other files are committed.
func TestStageFilter(t *testing.T) {
	for name, c := range map[string]struct {
		attributes, stage string
		refused           bool
	}{
		"filter":                {"* filter=f", "a.txt", true},
		"one that is not there": {"* filter=lfs", "a.txt", true},
		"by a macro":            {"[attr]m filter=f\ndir/** m", "dir/b.txt", true},
		"of others":             {"dir/** filter=f", "a.txt", false},
		"unset":                 {"* filter=f\na.txt -filter", "a.txt", false},
	} {
		r, clone, base := attributed(t, c.attributes+"\n")
		must(t, clone, "config", "filter.f.clean", "tr a-z A-Z")
		w, err := r.CheckoutReviewed(base)
		if err != nil {
			t.Fatal(err)
		}
		save(t, w.Dir, c.stage, "two\n")
		_, err = w.Stage([]string{c.stage})
		if refused := err != nil && strings.Contains(err.Error(), c.stage+" -filter"); refused != c.refused || !refused && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		w.Close()
	}
}
