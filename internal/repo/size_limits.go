package repo

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// What the paths of one commit, and the changes of one branch, may take. A few
// trees that name each other spell more paths than any memory holds.
const (
	maxPaths     = 1_000_000
	maxPathBytes = 256 << 20
	maxTreeDepth = 512
	maxTreeName  = 8 << 10 // no file system takes a longer path
)

// ErrTooMany says that a commit names more paths than are read.
var ErrTooMany = fmt.Errorf("it has more than %d paths, or more than %d MiB of them", maxPaths, maxPathBytes>>20)

// Measure says whether the paths of base, of head and of every commit that head
// has and base does not can be listed; [ErrTooMany] otherwise. It reads every
// tree once, so it takes no longer for one that is named a million times. A
// partial clone fetches what it left out.
func (r *Repo) Measure(base, head string) error {
	if err := errors.Join(r.complete(head, "^"+base), r.complete("--no-walk", head)); err != nil {
		return err
	}
	out, err := call{dir: r.Top, wait: longPatience}.run("rev-list", "--format=%T", head, "^"+base, "--")
	if err != nil {
		return err
	}
	var trees []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "commit ") {
			trees = append(trees, line)
		}
	}
	return r.measure(trees, base, head)
}

// measure measures trees, and those of revisions.
func (r *Repo) measure(roots []string, revisions ...string) error {
	for _, revision := range revisions {
		root, err := r.git("rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{tree}")
		if err != nil {
			return err
		}
		roots = append(roots, root)
	}
	large, err := r.tooLarge(roots)
	if err != nil {
		return err
	}
	for _, root := range roots {
		if large[root] {
			return fmt.Errorf("tree %s: %w", root[:min(len(root), 12)], ErrTooMany)
		}
	}
	return nil
}

// tooLarge are the trees, among some, that name more paths than are read.
func (r *Repo) tooLarge(roots []string) (large map[string]bool, err error) {
	m := measuring{ids: map[string]int{}}
	for _, root := range roots {
		m.id(root)
	}
	if err := m.read(r); err != nil {
		return nil, err
	}
	large = map[string]bool{}
	for _, root := range roots {
		if s := m.size(m.ids[root]); s.paths > maxPaths || s.bytes > maxPathBytes {
			large[root] = true
		}
	}
	return large, nil
}

// measuring are trees of which each is read once.
type measuring struct {
	ids     map[string]int
	objects []string
	trees   []treeSize
}

// treeSize is what a tree has itself, and after [measuring.size] what is below it too.
type treeSize struct {
	paths, bytes int64
	below        []subtree
}

// subtree is a directory of a tree, and how long its name is.
type subtree struct{ id, name int }

// id is the number of a tree, a new one where it was not seen.
func (m *measuring) id(object string) int {
	id, known := m.ids[object]
	if !known {
		id = len(m.objects)
		m.ids[object] = id
		m.objects, m.trees = append(m.objects, object), append(m.trees, treeSize{})
	}
	return id
}

// read reads the trees, then those that they name, and so on.
func (m *measuring) read(r *Repo) error {
	buffer := bufio.NewReaderSize(nil, maxTreeName)
	for first, depth := 0, 0; first < len(m.objects); depth++ {
		if depth > maxTreeDepth || len(m.objects) > maxPaths {
			return ErrTooMany
		}
		from := first
		first = len(m.objects)
		err := r.Contents(m.objects[from:first:first], func(i int, c Content) error {
			buffer.Reset(c.Text)
			return m.readTree(from+i, buffer)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// readTree reads a tree as Git stores it: "MODE NAME<nul>OBJECT" with the object's
// name in half as many bytes as it has digits.
func (m *measuring) readTree(id int, text *bufio.Reader) error {
	object := make([]byte, len(m.objects[id])/2)
	var t treeSize
	for {
		line, err := text.ReadSlice(0)
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			m.trees[id] = t
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
			return fmt.Errorf("%w: a name of more than %d bytes", ErrTree, maxTreeName)
		case err != nil:
			return fmt.Errorf("%w: a tree that ends early", ErrTree)
		}
		mode, name, _ := strings.Cut(string(line[:len(line)-1]), " ")
		if _, err := io.ReadFull(text, object); err != nil {
			return err
		}
		t.paths++
		t.bytes += int64(len(name)) + 1
		if t.paths > maxPaths || t.bytes > maxPathBytes {
			return ErrTooMany
		}
		if mode == "40000" || mode == modeDirectory {
			t.below = append(t.below, subtree{m.id(fmt.Sprintf("%x", object)), len(name)})
		}
	}
}

// size is what a tree has with all that is below it, or a little more than may be.
func (m *measuring) size(id int) treeSize {
	t := m.trees[id]
	for _, s := range t.below {
		below := m.size(s.id)
		t.paths = min(t.paths+below.paths, maxPaths+1)
		t.bytes = min(t.bytes+below.bytes+below.paths*int64(s.name+1), maxPathBytes+1)
	}
	t.below = nil
	m.trees[id] = t
	return t
}
