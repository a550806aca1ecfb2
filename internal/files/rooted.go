package files

import (
	"errors"
	"io/fs"
	"os"
	"path"
)

// ErrNotRegular is the error of RegularMode.
var ErrNotRegular = errors.New("not a regular file, or below a link")

// RegularMode returns the mode of a file below a root, or that of a new one where
// there is none. It fails on a link, also among the directories above, and on
// what is no file.
func RegularMode(root *os.Root, name string) (os.FileMode, error) {
	for above := path.Dir(name); above != "."; above = path.Dir(above) {
		if info, err := root.Lstat(above); err == nil && !info.IsDir() {
			return 0, ErrNotRegular
		}
	}
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0o644, nil
	case err != nil:
		return 0, err
	case !info.Mode().IsRegular():
		return 0, ErrNotRegular
	}
	return info.Mode().Perm(), nil
}
