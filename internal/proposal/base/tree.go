package base

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// inTree opens the tree of this call. Nothing that is done there leaves it,
// whatever links the commit has.
func (b *Base) inTree(do func(tree *os.Root, d disk.Disk) error) error {
	tree, err := os.OpenRoot(b.Root)
	if err != nil {
		return err
	}
	defer tree.Close()
	d := b.Disk
	d.Root = tree
	return do(tree, d)
}

// Put writes a file of the tree. Links are never written through.
func (b *Base) Put(name string, text []byte) error {
	return writeProblem(name, b.inTree(func(tree *os.Root, d disk.Disk) error {
		mode, err := files.RegularMode(tree, name)
		if err != nil {
			return err
		}
		return d.Write(disk.File{Path: filepath.FromSlash(name), Data: text, Mode: mode, Dirs: true})
	}))
}

// PutNew writes a file that the tree does not have yet.
func (b *Base) PutNew(name string, text []byte) error {
	err := b.inTree(func(tree *os.Root, _ disk.Disk) error {
		_, err := tree.Lstat(name)
		return err
	})
	if err == nil {
		return problem.CLIExists.With().In(name)
	}
	return b.Put(name, text) // says what else is wrong
}

// Remove removes a file of the tree, if it is there.
func (b *Base) Remove(name string) error {
	err := b.inTree(func(_ *os.Root, d disk.Disk) error { return d.Remove(filepath.FromSlash(name)) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return writeProblem(name, err)
}

func writeProblem(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, files.ErrNotRegular):
		return problem.PRNotRegular.With().In(name)
	}
	return problem.CLIWrite.With(name, files.Reason(err)).Because(err)
}

// entries lists a directory of the tree; none where it is missing or a link.
func (b *Base) entries(name string) (entries []os.DirEntry) {
	_ = b.inTree(func(tree *os.Root, _ disk.Disk) error {
		if _, err := files.RegularMode(tree, name+"/x"); err != nil {
			return err
		}
		entries, _ = fs.ReadDir(tree.FS(), name) // no directory: no entries
		return nil
	})
	return entries
}

// readable refuses a file of the tree that is a link, or lies below one.
func (b *Base) readable(name string) error {
	return writeProblem(name, b.inTree(func(tree *os.Root, _ disk.Disk) error {
		_, err := files.RegularMode(tree, name)
		return err
	}))
}
