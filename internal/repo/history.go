package repo

import (
	"math"
	"path/filepath"
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
	dir, name := filepath.Split(path)
	r, err := Open(dir)
	if err != nil {
		return nil, err
	}
	prefix, err := git(dir, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	name = strings.TrimSuffix(string(prefix), "\n") + name
	out, err := r.git("--literal-pathspecs", "log", "--no-ext-diff", "--no-textconv", "--format=%H", "--reverse", "--", name)
	if err != nil {
		return nil, err
	}
	var blobs []blob
	for _, commit := range strings.Fields(out) {
		blobs = append(blobs, blob{commit + ":" + name, commit, name})
	}
	var versions []Version
	err = r.eachPast(blobs, math.MaxInt64, func(p Past) { versions = append(versions, Version{p.Commit, p.Text}) })
	return versions, err
}
