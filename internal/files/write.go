package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Writer changes files. Notes gets a line for what is done but may not last.
type Writer struct {
	Disk  disk.Disk
	Notes io.Writer
}

// Create writes a new file, whole or not at all; an existing one is an error and stays.
func (w Writer) Create(path string, data []byte, mode os.FileMode) error {
	return w.write(path, disk.File{Path: path, Data: data, Mode: mode, New: true})
}

// Replace writes the file that path leads to, whole or not at all.
func (w Writer) Replace(path string, data []byte, mode os.FileMode) error {
	if disk.Holds(path, data) {
		return nil
	}
	target := path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		target = real
	}
	return w.write(path, disk.File{Path: target, Data: data, Mode: mode})
}

func (w Writer) write(path string, f disk.File) error {
	err := w.Disk.Write(f)
	if errors.Is(err, fs.ErrExist) {
		return problem.CLIExists.With().In(path).Because(err)
	}
	return w.Written(path, err)
}

// Written makes a problem of an error of the disk. That a file in its place may
// not survive a power cut is a note: the command did what was asked.
func (w Writer) Written(name string, err error) error {
	var lost *disk.NotDurable
	switch {
	case err == nil:
		return nil
	case errors.As(err, &lost):
		sink.Note(w.Notes, "%s is written, but may not survive a power cut: syncing %s failed (%v)", name, lost.Dir, Reason(lost.Err))
		return nil
	}
	return problem.CLIWrite.With(name, Reason(err)).Because(err)
}

// MakeDirs makes a directory and those above it.
func (w Writer) MakeDirs(dir string) error {
	if err := w.Disk.MakeDirs(dir); err != nil {
		return problem.CLIWrite.With(dir, Reason(err)).Because(err)
	}
	return nil
}

// ReplaceAll puts all changes in place, or none (see [disk.Disk.WriteAll]); name
// says what messages call each file. A process that is killed between two renames
// leaves files of which each is old or new, and the next run does the rest.
func (w Writer) ReplaceAll(changes []disk.File, name func(i int) string) error {
	done, err := w.Disk.WriteAll(changes)
	var failed *disk.FileError
	switch {
	case !errors.As(err, &failed):
		return w.Written(together(len(changes), name), err)
	case done == 0:
		return w.Written(name(failed.Index), failed.Err)
	}
	return problem.SyncPartly.With(Reason(failed.Err), done, len(changes)).In(name(failed.Index)).Because(err)
}

// together names one file, or says how many there are.
func together(n int, name func(i int) string) string {
	if n == 1 {
		return name(0)
	}
	return fmt.Sprintf("each of %d files", n)
}
