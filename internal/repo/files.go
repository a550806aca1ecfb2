package repo

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Files lists the files of a folder in a work tree that Git tracks or would take by
// `git add` (they are not ignored), as paths relative to
// the folder, with slashes, sorted; prefix is the folder's own path in the work
// tree, with a slash at the end, or "" at its top. It is [ErrNone] outside of a
// repository.
func Files(dir string) (names []string, prefix string, err error) {
	if _, err := Open(dir); err != nil {
		return nil, "", err
	}
	out, err := git(dir, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, "", err
	}
	prefix = strings.TrimSuffix(string(out), "\n")
	if out, err = git(dir, "ls-files", "-z", "--cached", "--others", "--exclude-standard"); err != nil {
		return nil, "", err
	}
	names = strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "/") }) // a repository in this one
	slices.Sort(names)
	return slices.Compact(names), prefix, nil // during a merge a path is listed once per side
}

// errEnough ends a walk at its limit.
var errEnough = errors.New("enough")

// Walk lists the regular files below a folder that is in no repository, as
// [Files] does, at most limit and one more. Symbolic links are not followed, and
// .git is passed over.
func Walk(dir string, limit int) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".git":
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if names = append(names, filepath.ToSlash(name)); len(names) > limit {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	slices.Sort(names)
	return names, err
}
