package repo

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
)

// Version is a file as one commit has it.
type Version struct {
	Commit string // full hash
	Text   []byte
}

// Versions lists the committed versions of a file on the current branch,
// oldest first; a commit that deleted it has none.
func Versions(path string) ([]Version, error) {
	r, name, err := openFile(path)
	if err != nil {
		return nil, err
	}
	commits, err := r.touching(name)
	if err != nil {
		return nil, err
	}
	return r.versionsOf(name, commits)
}

// AsideVersions lists versions that [Versions] passes over: those of sides of which a
// merge took nothing.
func AsideVersions(path string) ([]Version, error) {
	r, name, err := openFile(path)
	if err != nil {
		return nil, err
	}
	own, err := r.touching(name)
	if err != nil {
		return nil, err
	}
	all, err := r.touching(name, "--full-history", "--no-merges")
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(commit string) bool { return slices.Contains(own, commit) })
	return r.versionsOf(name, all)
}

// openFile opens the repository of a file; name is the file's name in it.
func openFile(path string) (r *Repo, name string, err error) {
	dir, base := filepath.Split(path)
	if r, err = Open(dir); err != nil {
		return nil, "", err
	}
	prefix, err := git(dir, "rev-parse", "--show-prefix")
	return r, strings.TrimSuffix(string(prefix), "\n") + base, err
}

// touching lists the commits that change a file, oldest first.
func (r *Repo) touching(name string, flags ...string) ([]string, error) {
	args := append([]string{"--literal-pathspecs", "log", "--no-ext-diff", "--no-textconv", "--format=%H", "--reverse"}, flags...)
	out, err := r.git(append(args, "--", name)...)
	return strings.Fields(out), err
}

func (r *Repo) versionsOf(name string, commits []string) (versions []Version, err error) {
	var blobs []blob
	for _, commit := range commits {
		blobs = append(blobs, blob{commit + ":" + name, commit, name})
	}
	err = r.eachPast(blobs, math.MaxInt64, func(p Past) { versions = append(versions, Version{p.Commit, p.Text}) })
	return versions, err
}
