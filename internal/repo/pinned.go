package repo

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// At is a file of a commit that is named in full: [ErrMissing] where the commit is not
// here, or has no such file. A symbolic link is not followed: its target would be the text.
func (r *Repo) At(commit, name string, limit int64) (text []byte, err error) {
	if strange(name) || strings.ContainsAny(name, "\n\r") { // each line asks for an object
		return nil, fmt.Errorf("%w: %q", ErrMissing, name)
	}
	err = r.Contents([]string{commit, commit + ":" + name}, func(i int, c Content) error {
		switch {
		case i == 0 && c.Kind == "commit":
			return nil
		case i == 0:
			return fmt.Errorf("%w: %s is a %s and no commit", ErrMissing, commit, c.Kind)
		case c.Kind != "blob":
			return fmt.Errorf("%w: %q is no file", ErrMissing, name)
		case c.Size > limit:
			return fmt.Errorf("%w: %d bytes, at most %d are read", ErrTooLarge, c.Size, limit)
		}
		text, err = io.ReadAll(c.Text)
		return err
	})
	return text, err
}

// FilesIn lists the regular files of one directory of a commit, sorted; none where there
// is no such directory.
func (r *Repo) FilesIn(commit, dir string) (names []string, err error) {
	out, err := r.entriesAt(commit, dir+"/")
	if err != nil {
		return nil, err
	}
	for name, e := range entriesOf(out) {
		if e.Regular() && !strange(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
