package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// tree is where paths are looked up: the whole system, or what is below a root.
// An *os.Root is one: it follows links that stay below it and no others.
type tree interface {
	Open(name string) (*os.File, error)
	OpenFile(name string, flag int, perm os.FileMode) (*os.File, error)
	Mkdir(name string, perm os.FileMode) error
	Stat(name string) (os.FileInfo, error)
	Lstat(name string) (os.FileInfo, error)
	Rename(from, to string) error
	Link(from, to string) error
	Remove(name string) error
}

type system struct{}

func (system) Open(name string) (*os.File, error) { return os.Open(name) }
func (system) OpenFile(name string, flag int, perm os.FileMode) (*os.File, error) {
	return os.OpenFile(name, flag, perm)
}
func (system) Mkdir(name string, perm os.FileMode) error { return os.Mkdir(name, perm) }
func (system) Stat(name string) (os.FileInfo, error)     { return os.Stat(name) }
func (system) Lstat(name string) (os.FileInfo, error)    { return os.Lstat(name) }
func (system) Rename(from, to string) error              { return os.Rename(from, to) }
func (system) Link(from, to string) error                { return os.Link(from, to) }
func (system) Remove(name string) error                  { return os.Remove(name) }

func (d Disk) tree() tree {
	if d.Root != nil {
		return d.Root
	}
	return system{}
}

// entries lists a directory; one that cannot be read has none.
func entries(t tree, dir string) []fs.DirEntry {
	f, err := t.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	all, _ := f.ReadDir(-1)
	return all
}

// Temporary makes a directory that only its owner enters. remove removes it with
// all that is in it.
func Temporary() (dir string, root *os.Root, remove func(), err error) {
	if dir, err = os.MkdirTemp("", "l5d-pki-render-"); err != nil {
		return "", nil, nil, err
	}
	dir = Real(dir)
	if root, err = os.OpenRoot(dir); err != nil {
		_ = os.Remove(dir)
		return "", nil, nil, err
	}
	return dir, root, func() { _ = root.Close(); _ = os.RemoveAll(dir) }, nil
}

// Copy makes a new file below a root, and the directories above it, that is
// thrown away soon: it is not synced.
func Copy(root *os.Root, name string, text io.Reader) error {
	open := func() (*os.File, error) { return root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) }
	f, err := open()
	if errors.Is(err, fs.ErrNotExist) {
		if err = root.MkdirAll(filepath.Dir(name), 0o700); err == nil {
			f, err = open()
		}
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(f, text)
	return errors.Join(err, f.Close())
}
