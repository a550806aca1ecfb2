package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Cut gives a commit whose parents this clone does not have, of those that only
// one of two commits has in its history; "" if there is none. What is cut off
// below one that both have is in both histories, and no part of a change. It is
// [ErrUnrelated] where they have none.
func (r *Repo) Cut(base, head string) (commit string, err error) {
	if err := r.related(base, head); err != nil {
		return "", err
	}
	own, found := find(r.Top)
	if !found {
		return "", ErrNone
	}
	text, err := os.ReadFile(filepath.Join(own.shared(), "shallow"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	ends := map[string]bool{}
	for _, end := range strings.Fields(string(text)) {
		ends[end] = true
	}
	out, err := call{dir: r.Top, wait: longPatience}.run("rev-list", base+"..."+head, "--")
	for _, commit := range strings.Fields(string(out)) {
		if ends[commit] {
			return commit, nil
		}
	}
	return "", err
}
