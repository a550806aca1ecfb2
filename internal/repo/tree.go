package repo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Modes of the entries of a tree, as Git writes them. Only the first two are
// regular files.
const (
	modeFile       = "100644"
	modeExecutable = "100755"
	modeLink       = "120000"
	modeSubmodule  = "160000"
	modeDirectory  = "040000"
)

// ErrAbsent says that a commit has nothing at a path.
var ErrAbsent = errors.New("does not exist")

// ErrTree says that a commit has a name that no working tree can have, such as
// one with ".git" or ".." in it, or the same name twice: it was not made with git.
var ErrTree = errors.New("the commit has a path that git itself does not create")

// NotRegular says that a path of a commit leads to something else than a regular
// file.
type NotRegular struct {
	// Name is the path that was asked for, At where it ends: Name itself, or the
	// one of its parents that is no directory.
	Name, At string
	// Kind is what is there: "a symbolic link".
	Kind string
}

func (n *NotRegular) Error() string {
	if n.At == n.Name {
		return "is " + n.Kind
	}
	return fmt.Sprintf("lies below %s, which is %s", n.At, n.Kind)
}

// Entry is one path of a commit.
type Entry struct {
	Mode, Object string
}

// Regular reports whether the entry is a regular file.
func (e Entry) Regular() bool { return e.Mode == modeFile || e.Mode == modeExecutable }

// kind is what an entry is, in words.
func (e Entry) kind() string {
	switch e.Mode {
	case modeFile, modeExecutable:
		return "a file"
	case modeLink:
		return "a symbolic link"
	case modeSubmodule:
		return "a submodule"
	case modeDirectory:
		return "a directory"
	}
	return "of mode " + e.Mode
}

// Tree has every path of one commit, read once.
type Tree struct {
	entries map[string]Entry
	names   []string // of regular files, sorted
}

// Tree reads the paths of a commit. It follows nothing and opens no file.
func (r *Repo) Tree(commit string) (*Tree, error) {
	out, err := call{dir: r.Top, wait: longPatience}.run("ls-tree", "-r", "-t", "-z", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	return treeOf(out)
}

// treeOf reads the paths that `ls-tree -z` lists.
func treeOf(listed []byte) (*Tree, error) {
	t := &Tree{entries: map[string]Entry{}}
	for name, e := range entriesOf(listed) {
		if strange(name) {
			return nil, fmt.Errorf("%w: %q", ErrTree, name)
		}
		if _, twice := t.entries[name]; twice {
			return nil, fmt.Errorf("%w: %q twice", ErrTree, name)
		}
		t.entries[name] = e
		if e.Regular() {
			t.names = append(t.names, name)
		}
	}
	slices.Sort(t.names)
	return t, nil
}

// entriesOf reads the output of `ls-tree -z`: "MODE TYPE OBJECT<tab>NAME".
func entriesOf(out []byte) func(yield func(string, Entry) bool) {
	return func(yield func(string, Entry) bool) {
		for line := range strings.SplitSeq(string(out), "\x00") {
			facts, name, found := strings.Cut(line, "\t")
			fields := strings.Fields(facts)
			if found && len(fields) == 3 && !yield(name, Entry{fields[0], fields[2]}) {
				return
			}
		}
	}
}

// strange reports whether a name has a part that no checkout creates. File
// systems that fold case take .GIT for Git's own directory.
func strange(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." || strings.EqualFold(part, ".git") {
			return true
		}
	}
	return false
}

// Files are the names of the regular files, sorted.
func (t *Tree) Files() []string { return t.names }

// Find gives the regular file at a path. It is [ErrAbsent] where there is nothing,
// and [NotRegular] where the path, or one of its parents, is a symbolic link, a
// submodule, or anything else than a file in directories.
func (t *Tree) Find(name string) (Entry, error) {
	for i, c := range name {
		if c != '/' {
			continue
		}
		parent, there := t.entries[name[:i]]
		switch {
		case !there:
			return Entry{}, ErrAbsent
		case parent.Mode != modeDirectory:
			return Entry{}, &NotRegular{name, name[:i], parent.kind()}
		}
	}
	e, there := t.entries[name]
	switch {
	case !there:
		return Entry{}, ErrAbsent
	case !e.Regular():
		return Entry{}, &NotRegular{name, name, e.kind()}
	}
	return e, nil
}

// Has reports whether there is anything at a path.
func (t *Tree) Has(name string) bool { return t.entries[name].Object != "" }

// At is what is at a path; the zero entry where there is nothing, or a directory.
func (t *Tree) At(name string) Entry {
	if e := t.entries[name]; e.Mode != modeDirectory {
		return e
	}
	return Entry{}
}

// Differs lists the paths at which two trees differ, sorted; directories are not
// listed.
func (t *Tree) Differs(other *Tree) []string {
	var names []string
	add := func(from, to *Tree) {
		for name, e := range from.entries {
			if o := to.entries[name]; e.Mode != modeDirectory && (e.Mode != o.Mode || e.Object != o.Object) {
				names = append(names, name)
			}
		}
	}
	add(t, other)
	add(other, t)
	slices.Sort(names)
	return slices.Compact(names)
}
