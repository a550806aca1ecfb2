package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// inTree opens the tree of this call. Nothing that is done there leaves it,
// whatever links the commit has.
func (c *prCall) inTree(do func(tree *os.Root) error) error {
	tree, err := os.OpenRoot(c.root)
	if err != nil {
		return err
	}
	defer tree.Close()
	return do(tree)
}

// put writes a file of the tree. Links are never written through.
func (c *prCall) put(name string, text []byte) error {
	err := c.inTree(func(tree *os.Root) error {
		mode, err := regularMode(tree, name)
		if err != nil {
			return err
		}
		return c.below(tree).Write(disk.File{Path: filepath.FromSlash(name), Data: text, Mode: mode, Dirs: true})
	})
	return writeProblem(name, err)
}

// putNew writes a file that the tree does not have yet.
func (c *prCall) putNew(name string, text []byte) error {
	err := c.inTree(func(tree *os.Root) error {
		_, err := tree.Lstat(name)
		return err
	})
	if err == nil {
		return problem.CLIExists.With().In(name)
	}
	return c.put(name, text) // says what else is wrong
}

// remove removes a file of the tree, if it is there.
func (c *prCall) remove(name string) error {
	err := c.inTree(func(tree *os.Root) error { return c.below(tree).Remove(filepath.FromSlash(name)) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return writeProblem(name, err)
}

func writeProblem(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNotRegular):
		return problem.PRNotRegular.With().In(name)
	}
	return problem.CLIWrite.With(name, reason(err)).Because(err)
}

// treeEntries lists a directory of the tree; none where it is missing or a link.
func (c *prCall) treeEntries(name string) (entries []os.DirEntry) {
	_ = c.inTree(func(tree *os.Root) error {
		if _, err := regularMode(tree, name+"/x"); err != nil {
			return err
		}
		entries, _ = fs.ReadDir(tree.FS(), name) // no directory: no entries
		return nil
	})
	return entries
}

// readable refuses a file of the tree that is a link, or lies below one.
func (c *prCall) readable(name string) error {
	return writeProblem(name, c.inTree(func(tree *os.Root) error {
		_, err := regularMode(tree, name)
		return err
	}))
}
