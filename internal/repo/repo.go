package repo

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
)

// Repo is a repository with a working tree.
type Repo struct {
	// Top is the top directory of the working tree, absolute, links followed.
	Top string
}

// Submodule says that a directory is in a submodule of the repository that the
// command works in. What is in there is not what that repository was reviewed for.
type Submodule struct {
	// Name is the submodule's place in the repository at Outer.
	Name, Outer string
}

func (s *Submodule) Error() string { return s.Name + " is a submodule of " + s.Outer }

// Open finds the repository of a directory. A submodule counts as one only for
// commands that run inside it.
func Open(dir string) (*Repo, error) {
	at, err := verified(dir)
	if err != nil {
		return nil, err
	}
	return &Repo{at.top}, at.notSubmodule()
}

// confirmed are the places that git took for repositories that are the user's.
var confirmed sync.Map

// verified finds the repository around a directory and asks git whether it may
// be used: git names the owner where it may not, which an explicit --git-dir
// would skip.
func verified(dir string) (place, error) {
	at, found := find(dir)
	if !found {
		return at, ErrNone
	}
	if _, done := confirmed.Load(at); done {
		return at, nil
	}
	if err := supported(at.top); err != nil {
		return at, err
	}
	var out bytes.Buffer
	c := call{dir: at.top, wait: patience, env: []string{"GIT_CEILING_DIRECTORIES=" + filepath.Dir(at.top)}}
	err := c.program(nil, &out, append(c.neutral(), "rev-parse", "--show-toplevel"))
	var failed *child.Failure
	if errors.As(err, &failed) && strings.Contains(failed.Stderr, "dubious ownership") {
		return at, &Error{"rev-parse", strings.TrimSpace(failed.Stderr), failed.Code} // git's own words say what to do: safe.directory
	}
	top, linked := filepath.EvalSymlinks(strings.TrimSuffix(out.String(), "\n"))
	switch {
	case err != nil, linked != nil:
		return at, ErrNone
	case top != at.top: // core.worktree names another directory
		return at, ErrNone
	}
	confirmed.Store(at, true)
	return at, nil
}

// notSubmodule refuses a repository that another one has as a submodule, unless
// the command runs inside it: a pull request can make a submodule of a directory.
func (p place) notSubmodule() error {
	here, err := os.Getwd()
	if err == nil {
		here, err = filepath.EvalSymlinks(here)
	}
	for inner := p; err == nil && !within(here, inner.top); {
		outer, found := find(filepath.Dir(inner.top))
		if !found {
			return nil
		}
		name, _ := filepath.Rel(outer.top, inner.top)
		name = filepath.ToSlash(name)
		entry, err := git(outer.top, "--literal-pathspecs", "ls-files", "--stage", "-z", "--", name)
		if err != nil || bytes.HasPrefix(entry, []byte("160000 ")) {
			return &Submodule{name, outer.top}
		}
		inner = outer
	}
	return nil
}

// within reports whether a path is a directory or below it; both are absolute.
func within(path, dir string) bool {
	below, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(below)
}

// git judges at the top of the working tree.
func (r *Repo) git(args ...string) (string, error) {
	out, err := git(r.Top, args...)
	return strings.TrimSuffix(string(out), "\n"), err
}

// Branch is the branch that is checked out, "" with a detached HEAD.
func (r *Repo) Branch() string {
	branch, err := r.git("symbolic-ref", "--quiet", "--short", "HEAD")
	if err != nil {
		return ""
	}
	return branch
}

// Shallow tells whether the history was cut off.
func (r *Repo) Shallow() bool {
	out, err := r.git("rev-parse", "--is-shallow-repository")
	return err == nil && out == "true"
}

// Resolve gives the commit that a name means.
func (r *Repo) Resolve(name string) (string, error) {
	return r.git("rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
}

// Has tells whether a commit is here.
func (r *Repo) Has(commit string) bool {
	_, err := r.git("cat-file", "-e", commit+"^{commit}")
	return err == nil
}

// maxFile is the largest file that [Repo.File] reads, in bytes.
const maxFile = 64 << 20

// File gives a regular file as a commit has it; ok is false where it has nothing
// there, or a directory. A symbolic link or a submodule is an error
// ([NotRegular]): its content is no file.
func (r *Repo) File(commit, name string) (text []byte, ok bool, err error) {
	out, err := r.entriesAt(commit, name)
	if err != nil {
		return nil, false, nil
	}
	for found, e := range entriesOf(out) {
		switch {
		case found != name || e.Mode == modeDirectory:
			continue
		case !e.Regular():
			return nil, false, &NotRegular{name, name, e.kind()}
		}
		text, err = r.Read(e, maxFile)
		return text, err == nil, err
	}
	return nil, false, nil
}

// InIndex reports whether the index has a file.
func (r *Repo) InIndex(name string) bool {
	out, err := call{dir: r.Top, env: []string{"GIT_LITERAL_PATHSPECS=1"}, wait: patience}.run("ls-files", "--cached", "-z", "--", name)
	return err == nil && len(out) > 0
}

// entriesAt is what a commit has at a path, or in a directory whose path ends in a slash,
// for [entriesOf].
func (r *Repo) entriesAt(commit, path string) ([]byte, error) {
	return call{dir: r.Top, env: []string{"GIT_LITERAL_PATHSPECS=1"}, wait: patience}.run("ls-tree", "-z", "--full-tree", commit, "--", path)
}

// Contains tells whether a commit is in the history of another, or is it.
func (r *Repo) Contains(history, commit string) bool {
	_, err := r.git("merge-base", "--is-ancestor", commit, history)
	return err == nil
}

// Dirty lists the files of the working tree that differ from the commit that is
// checked out, untracked ones that are not ignored included, sorted. Filters are
// off: the commit may be one that nobody reviewed.
func (r *Repo) Dirty() ([]string, error) {
	off, err := withoutFilters(r.Top)
	if err != nil {
		return nil, err
	}
	if _, err := r.Resolve("HEAD"); err != nil { // no commit yet: all is new
		all, err := r.git("ls-files", "--cached", "--others", "--exclude-standard", "-z")
		names := strings.FieldsFunc(all, func(c rune) bool { return c == 0 })
		slices.Sort(names)
		return slices.Compact(names), err
	}
	changed, err := call{dir: r.Top, wait: patience, settings: off}.run("diff", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty",
		"--name-only", "--no-renames", "-z", "HEAD", "--")
	if err != nil {
		return nil, err
	}
	added, err := r.git("ls-files", "--others", "--exclude-standard", "-z")
	names := strings.FieldsFunc(string(changed)+"\x00"+added, func(c rune) bool { return c == 0 })
	slices.Sort(names)
	return slices.Compact(names), err
}
