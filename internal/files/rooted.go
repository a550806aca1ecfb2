package files

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Change is a file that is to be written or removed.
type Change struct {
	// Name is what messages call the file, Target where it is.
	Name, Target string
	// Data is the file's text; nil removes the file.
	Data []byte
	Mode os.FileMode
	// Place, if set, judges the name of a temporary file, for keys in clear.
	Place func(path string) error
}

// ReplaceTargets puts all changes in place, or none (see [disk.Disk.WriteAll]), below
// the directory that has them all. A process that is killed between two renames leaves
// files of which each is old or new, and the next run does the rest.
func (w Writer) ReplaceTargets(changes []Change) error {
	targets := make([]string, len(changes))
	for i, c := range changes {
		targets[i] = c.Target
	}
	root, below, err := RootOf(targets)
	if root == nil {
		return err
	}
	defer root.Close()
	return w.replaceIn(root, changes, below)
}

// ReplaceBelow is ReplaceTargets for files of one repository, by their names in it:
// what became a link since they were looked at leads to an error, not out of it.
func (w Writer) ReplaceBelow(repository string, changes []Change) error {
	root, err := os.OpenRoot(repository)
	if err != nil {
		return problem.CLIWrite.With(repository, Reason(err)).Because(err)
	}
	defer root.Close()
	paths := make([]string, len(changes))
	for i, c := range changes {
		paths[i] = filepath.FromSlash(c.Name)
		_, err := RegularMode(root, c.Name)
		switch {
		case errors.Is(err, ErrNotRegular):
			return problem.SyncProtected.With(c.Name, "a symbolic link, or below one")
		case err != nil:
			return problem.CLIWrite.With(c.Name, Reason(err)).Because(err)
		}
	}
	return w.replaceIn(root, changes, paths)
}

// replaceIn makes changes below a root, at these paths.
func (w Writer) replaceIn(root *os.Root, changes []Change, paths []string) error {
	all := make([]disk.File, len(changes))
	for i, c := range changes {
		all[i] = disk.File{Path: paths[i], Data: c.Data, Remove: c.Data == nil, Mode: c.Mode, Dirs: true}
		if c.Place != nil {
			all[i].Place = func(path string) error { return c.Place(filepath.Join(root.Name(), path)) }
		}
	}
	w.Disk.Root = root
	return w.ReplaceAll(all, func(i int) string { return changes[i].Name })
}

// RootOf opens the directory that files stay below: their repository, or what they
// have in common where that is no single one. The paths from there are without
// links: what becomes a link from now on leads nowhere else. Of no files it is nil.
func RootOf(targets []string) (root *os.Root, below []string, err error) {
	if len(targets) == 0 {
		return nil, nil, nil
	}
	common, all := "", make([]string, len(targets))
	for i, target := range targets {
		dir, path, err := Anchor(target)
		if err != nil {
			return nil, nil, err
		}
		all[i] = filepath.Join(dir, path)
		if common == "" {
			common = dir
		}
		for _, inside := Below(common, all[i]); !inside; _, inside = Below(common, all[i]) {
			common = filepath.Dir(common)
		}
	}
	for i := range all {
		if all[i], err = filepath.Rel(common, all[i]); err != nil {
			return nil, nil, problem.CLIWrite.With(targets[i], Reason(err)).Because(err)
		}
	}
	if root, err = os.OpenRoot(common); err != nil {
		return nil, nil, problem.CLIWrite.With(common, Reason(err)).Because(err)
	}
	return root, all, nil
}

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
