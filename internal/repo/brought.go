package repo

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// Change is a path as a commit brings it.
type Change struct {
	Commit, Name, Mode string
	// Object is what the path has then; "" where the commit deletes it.
	Object string
}

// Regular reports whether the change brings a regular file; a link has content
// too (where it leads), a submodule has none.
func (c Change) Regular() bool { return Entry{Mode: c.Mode}.Regular() }

// HasContent reports whether the object of the change is here to be read.
func (c Change) HasContent() bool { return c.Object != "" && c.Mode != modeSubmodule }

// Brought lists the commits that head has and base does not, newest first, and
// every path that one of them brings, those included that a later commit takes
// away again. Of a merge these are the paths in which it differs from all of its
// parents: what it has of one of them, that one brought.
func (r *Repo) Brought(base, head string) (commits []string, changes []Change, err error) {
	list, err := call{dir: r.Top, wait: longPatience}.run("rev-list", head, "^"+base)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	err = call{dir: r.Top, wait: longPatience}.read(bytes.NewReader(list), func(out *bufio.Reader) (err error) {
		changes, err = changesIn(out)
		return err
	}, "diff-tree", "--stdin", "-r", "-c", "-z", "--raw", "--root", "--no-renames", "--no-abbrev")
	return strings.Fields(string(list)), changes, err
}

// changesIn reads `diff-tree --stdin -c --raw -z`: a commit, then pairs of a line
// and a name. The line has one ":" per parent, then the modes and objects of
// all parents and of the commit, and a letter per parent. Commits can bring a
// tree and take it away in turn, so changes have a limit as paths have.
func changesIn(out *bufio.Reader) (changes []Change, err error) {
	commit, size := "", 0
	next := func() (word string, more bool) {
		word, err = out.ReadString(0)
		if errors.Is(err, io.EOF) {
			err = nil
			return "", false
		}
		return strings.TrimSuffix(word, "\x00"), err == nil
	}
	for word, more := next(); more; word, more = next() {
		facts := strings.TrimLeft(word, ":")
		parents := len(word) - len(facts)
		if parents == 0 {
			commit = word
			continue
		}
		name, more := next()
		fields := strings.Fields(facts)
		if !more || len(fields) < 2*parents+2 {
			continue
		}
		c := Change{Commit: commit, Name: name, Mode: fields[parents], Object: fields[2*parents+1]}
		if strings.Trim(c.Object, "0") == "" {
			c.Object = ""
		}
		if size += len(name); len(changes) >= maxPaths || size > maxPathBytes {
			return nil, ErrTooMany
		}
		changes = append(changes, c)
	}
	return changes, err
}

// Tags lists the annotated tags of this clone that name one of the commits.
func (r *Repo) Tags(commits []string) (objects []string, err error) {
	out, err := r.git("for-each-ref", "--format=%(objecttype) %(objectname) %(*objectname)", "refs/tags")
	wanted := map[string]bool{}
	for _, c := range commits {
		wanted[c] = true
	}
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "tag" && wanted[f[2]] {
			objects = append(objects, f[1])
		}
	}
	return objects, err
}
