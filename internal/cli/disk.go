package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// writeFile puts data into path, whole or not at all: a temporary file in the
// same folder, synced, renamed over the old one, the folder synced. Without
// replace an existing file is an error and stays. A process that is killed
// leaves the old file or the new one, and at worst a temporary beside it.
func (a *app) writeFile(path string, data []byte, mode os.FileMode, replace bool) error {
	if replace {
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
			return nil
		}
	}
	if err := a.put(path, data, mode, replace); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return problem.CLIExists.With().In(path).Because(err)
		}
		return problem.CLIWrite.With(path, reason(err)).Because(err)
	}
	return nil
}

func (a *app) put(path string, data []byte, mode os.FileMode, replace bool) (err error) {
	folder := filepath.Dir(path)
	temporary, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary.Name()) // what is left of a write that failed
		}
	}()
	a.step("write " + filepath.Base(path))
	_, err = temporary.Write(data)
	if err == nil {
		err = temporary.Chmod(mode)
	}
	a.step("sync " + filepath.Base(path))
	if err == nil {
		err = temporary.Sync()
	}
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	a.step("rename " + filepath.Base(path))
	if replace {
		err = os.Rename(temporary.Name(), path)
	} else if err = os.Link(temporary.Name(), path); err == nil { // fails where path exists, as rename does not
		err = os.Remove(temporary.Name())
	}
	if err != nil {
		return err
	}
	a.step("sync folder of " + filepath.Base(path))
	return syncFolder(folder)
}

// syncFolder makes a rename durable. Systems that cannot sync a folder say so
// with an error that is of no use to anyone.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	_ = f.Sync()
	return f.Close()
}

// step tells the world that the disk is about to change; tests cut the power there.
func (a *app) step(name string) {
	if a.Step != nil {
		a.Step(name)
	}
}
