package repo

import (
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
	if _, err := git(dir, "rev-parse", "--show-toplevel"); err != nil {
		return nil, ErrNone
	}
	out, err := git(dir, "log", "--format=%H", "--reverse", "--", name)
	if err != nil {
		return nil, err
	}
	var versions []Version
	for _, commit := range strings.Fields(string(out)) {
		text, err := git(dir, "show", commit+":./"+name)
		if err != nil {
			continue // the commit deleted the file
		}
		versions = append(versions, Version{commit, text})
	}
	return versions, nil
}
