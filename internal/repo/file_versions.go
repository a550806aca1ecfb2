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
	r, name, err := Located(path)
	if err != nil {
		return nil, err
	}
	return r.VersionsAt("HEAD", name)
}

// VersionsAt lists the versions of a file in the history of a revision, oldest first; the
// name is relative to the top of the working tree.
func (r *Repo) VersionsAt(revision, name string) ([]Version, error) {
	commits, err := r.touching(revision, name)
	if err != nil {
		return nil, err
	}
	return r.versionsOf(name, commits)
}

// Arrival is a commit that has a file where one of its parents has none, or a link.
type Arrival struct {
	Commit  string
	Parents []string // those without the file
}

// Arrivals lists the commits in the history of a revision that bring a file to a path.
func (r *Repo) Arrivals(revision, name string) (arrivals []Arrival, err error) {
	lines, err := r.commitsOf(revision, name, "--format=%x01%H %P", "--full-history", "-m", "--no-renames", "--name-only", "--diff-filter=AT")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for line := range strings.Lines(lines) {
		commits, found := strings.CutPrefix(line, "\x01")
		if !found || seen[line] { // a merge is listed once for each parent
			continue
		}
		seen[line] = true
		fields := strings.Fields(commits)
		a := Arrival{Commit: fields[0]}
		for _, parent := range fields[1:] {
			if _, there, err := r.File(parent, name); !there || err != nil {
				a.Parents = append(a.Parents, parent)
			}
		}
		if _, there, err := r.File(a.Commit, name); there && err == nil && len(a.Parents) > 0 {
			arrivals = append(arrivals, a)
		}
	}
	return arrivals, nil
}

// AsideVersions lists versions that [Versions] passes over: those of sides of which a
// merge took nothing.
func AsideVersions(path string) ([]Version, error) {
	r, name, err := Located(path)
	if err != nil {
		return nil, err
	}
	own, err := r.touching("HEAD", name)
	if err != nil {
		return nil, err
	}
	all, err := r.touching("HEAD", name, "--full-history", "--no-merges")
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(commit string) bool { return slices.Contains(own, commit) })
	return r.versionsOf(name, all)
}

// Located opens the repository of a file; name is the file's name in it.
func Located(path string) (r *Repo, name string, err error) {
	dir, base := filepath.Split(path)
	if r, err = Open(dir); err != nil {
		return nil, "", err
	}
	prefix, err := git(dir, "rev-parse", "--show-prefix")
	return r, strings.TrimSuffix(string(prefix), "\n") + base, err
}

// touching lists the commits in the history of a revision that change a file, oldest first.
func (r *Repo) touching(revision, name string, flags ...string) ([]string, error) {
	out, err := r.commitsOf(revision, name, append(flags, "--format=%H")...)
	return strings.Fields(out), err
}

func (r *Repo) commitsOf(revision, name string, flags ...string) (string, error) {
	args := append([]string{"--literal-pathspecs", "log", "--no-ext-diff", "--no-textconv", "--reverse"}, flags...)
	return r.git(append(args, revision, "--", name)...)
}

func (r *Repo) versionsOf(name string, commits []string) (versions []Version, err error) {
	var blobs []blob
	for _, commit := range commits {
		blobs = append(blobs, blob{commit + ":" + name, commit, name})
	}
	err = r.eachPast(blobs, math.MaxInt64, func(p Past) { versions = append(versions, Version{p.Commit, p.Text}) })
	return versions, err
}
