//go:build !linux

package disk

import "os"

func unnamed(string) (*os.File, error) { return nil, errUnnamed }

func linkUnnamed(*os.File, string) error { return errUnnamed }

func syncFileSystem(_ tree, path string) error {
	return &os.PathError{Op: "sync", Path: path, Err: os.ErrPermission}
}
