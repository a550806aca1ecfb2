package repo

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
)

// Repo is a repository with a working tree.
type Repo struct {
	// Top is the top folder of the working tree, absolute, links followed.
	Top string
}

// Open finds the repository of a folder.
func Open(dir string) (*Repo, error) {
	out, err := git(dir, "rev-parse", "--show-toplevel")
	var said *Error
	switch {
	case errors.As(err, &said) && strings.Contains(said.Text, "dubious ownership"):
		return nil, err // git's own words say what to do: safe.directory
	case err != nil, len(out) < 2:
		return nil, ErrNone
	}
	top, err := filepath.EvalSymlinks(strings.TrimSuffix(string(out), "\n"))
	return &Repo{top}, err
}

// git runs the program at the top of the working tree.
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
	out, err := call{dir: r.Top, env: []string{"GIT_LITERAL_PATHSPECS=1"}, wait: patience}.run("ls-tree", "-z", "--full-tree", commit, "--", name)
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

// Contains tells whether a commit is in the history of another, or is it.
func (r *Repo) Contains(history, commit string) bool {
	_, err := r.git("merge-base", "--is-ancestor", commit, history)
	return err == nil
}

// Dirty lists the files of the working tree that differ from the commit that is
// checked out, untracked ones that are not ignored included, sorted.
func (r *Repo) Dirty() ([]string, error) {
	changed, err := r.git("diff", "--name-only", "--no-renames", "-z", "HEAD", "--")
	if err != nil {
		return nil, err
	}
	added, err := r.git("ls-files", "--others", "--exclude-standard", "-z")
	names := strings.FieldsFunc(changed+"\x00"+added, func(c rune) bool { return c == 0 })
	slices.Sort(names)
	return slices.Compact(names), err
}
