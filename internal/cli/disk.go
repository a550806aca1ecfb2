package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// disk is where this call writes.
func (a *app) disk() disk.Disk { return a.below(nil) }

// below is the disk below a root.
func (a *app) below(root *os.Root) disk.Disk {
	return disk.Disk{Step: a.Step, Fault: a.Fault, Root: root}
}

// writeFile puts data into path, whole or not at all. Without replace an existing
// file is an error and stays; with it the file that a link leads to is replaced.
func (a *app) writeFile(path string, data []byte, mode os.FileMode, replace bool) error {
	target := path
	if replace {
		if disk.Holds(path, data) {
			return nil
		}
		if real, err := filepath.EvalSymlinks(path); err == nil {
			target = real
		}
	}
	err := a.disk().Write(disk.File{Path: target, Data: data, Mode: mode, New: !replace})
	if errors.Is(err, fs.ErrExist) {
		return problem.CLIExists.With().In(path).Because(err)
	}
	return a.written(path, err)
}

// written makes a problem of an error of the disk. That a file in its place may
// not survive a power cut is a note: the command did what was asked.
func (a *app) written(name string, err error) error {
	var lost *disk.NotDurable
	switch {
	case err == nil:
		return nil
	case errors.As(err, &lost):
		fmt.Fprintf(&a.talk, "note: %s is written, but may not survive a power cut: syncing %s failed (%v)\n", name, lost.Dir, reason(lost.Err))
		return nil
	}
	return problem.CLIWrite.With(name, reason(err)).Because(err)
}

// makeDir makes a directory and those above it.
func (a *app) makeDir(dir string) error {
	if err := a.disk().MakeDirs(dir); err != nil {
		return problem.CLIWrite.With(dir, reason(err)).Because(err)
	}
	return nil
}

// readFile reads a whole file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	data, err := disk.Read(path, limit)
	return data, notRead(path, limit, err)
}

// readLimited reads all of r, at most limit bytes.
func readLimited(r io.Reader, name string, limit int64) ([]byte, error) {
	data, err := disk.ReadAll(r, limit)
	return data, notRead(name, limit, err)
}

func notRead(name string, limit int64, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, disk.ErrTooLarge):
		return problem.CLITooLarge.With(limit).In(name)
	}
	return problem.CLIRead.With(reason(err)).In(name).Because(err)
}
