package repo

import (
	"bufio"
	"errors"
	"fmt"
	"io"
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

// Directory reports whether the entry is a directory.
func (e Entry) Directory() bool { return e.Mode == modeDirectory }

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
	var t *Tree
	err := call{dir: r.Top, wait: longPatience}.read(nil, func(listed *bufio.Reader) (err error) {
		t, err = treeOf(listed)
		return err
	}, "ls-tree", "-r", "-t", "-z", "--full-tree", commit)
	return t, err
}

// treeOf reads the paths that `ls-tree -z` lists, up to the limits of a tree.
func treeOf(listed *bufio.Reader) (*Tree, error) {
	t := &Tree{entries: map[string]Entry{}}
	size := 0
	for {
		line, err := listed.ReadString(0)
		if errors.Is(err, io.EOF) {
			slices.Sort(t.names)
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		name, e, found := entryOf(line[:len(line)-1])
		if !found {
			continue
		}
		if strange(name) {
			return nil, fmt.Errorf("%w: %q", ErrTree, name)
		}
		if _, twice := t.entries[name]; twice {
			return nil, fmt.Errorf("%w: %q twice", ErrTree, name)
		}
		if size += len(name); size > maxPathBytes || len(t.entries) >= maxPaths {
			return nil, ErrTooMany
		}
		t.entries[name] = e
		if e.Regular() {
			t.names = append(t.names, name)
		}
	}
}

// entriesOf reads the output of `ls-tree -z`: "MODE TYPE OBJECT<tab>NAME".
func entriesOf(out []byte) func(yield func(string, Entry) bool) {
	return func(yield func(string, Entry) bool) {
		for line := range strings.SplitSeq(string(out), "\x00") {
			if name, e, found := entryOf(line); found && !yield(name, e) {
				return
			}
		}
	}
}

// entryOf reads one entry of it.
func entryOf(line string) (name string, e Entry, found bool) {
	facts, name, found := strings.Cut(line, "\t")
	fields := strings.Fields(facts)
	if !found || len(fields) != 3 {
		return "", Entry{}, false
	}
	return name, Entry{fields[0], fields[2]}, true
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
