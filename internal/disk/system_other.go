//go:build !linux

package disk

import "os"

func unnamed(tree, string) (dir, file *os.File, err error) { return nil, nil, errUnnamed }

func linkUnnamed(_, _ *os.File, _ string) error { return errUnnamed }

func syncFileSystem(_ tree, path string) error {
	return &os.PathError{Op: "sync", Path: path, Err: os.ErrPermission}
}
