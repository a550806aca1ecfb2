// Package disk changes files so that neither a kill nor a failing disk loses
// what was there or leaves half of what is new.
//
// A file appears whole or not at all: its bytes are written and synced before
// they get its name. New files have no other name before (Linux: O_TMPFILE), so
// that a process that is killed leaves nothing. Files that are replaced are
// staged under a temporary name beside them; the next write of the same file
// removes what a killed process left. After a rename nothing is undone.
package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Disk is where files are changed. The zero value is the real one.
type Disk struct {
	// Step, if set, is called before each change, with its name.
	Step func(name string)
	// Fault, if set, is asked before each change; its error is the system's answer.
	Fault func(name string) error
	// Root, if set, keeps the changes of files below a directory: paths are relative
	// to it, and a link that leads out of it is an error. (Intents are outside.)
	Root *os.Root
}

// File is one change of a file.
type File struct {
	Path string
	Data []byte
	Mode os.FileMode
	// Remove removes the file instead of writing it.
	Remove bool
	// New refuses a file that exists (fs.ErrExist) instead of replacing it.
	New bool
	// Dirs makes missing directories, the innermost one with DirMode (0: 0755).
	Dirs    bool
	DirMode os.FileMode
	// Place, if set, judges the name of a temporary file before it is made, for
	// keys in clear. Such a name begins and ends as the file's own does, so that
	// patterns of .gitignore which match the file match it too.
	Place func(path string) error
}

// NotDurable says that all files are in place, and that the system did not
// confirm that they survive a power cut.
type NotDurable struct {
	Dir string
	Err error
}

func (e *NotDurable) Error() string {
	return fmt.Sprintf("written, but syncing %s failed: %v", e.Dir, e.Err)
}

func (e *NotDurable) Unwrap() error { return e.Err }

// Write makes one change.
func (d Disk) Write(f File) error {
	_, err := d.WriteAll([]File{f})
	return err
}

// Append adds text to the end of a file that only its owner may read.
func Append(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// at announces a change, and fails where a test wants it to.
func (d Disk) at(what, path string) error {
	name := what + " " + filepath.Base(path)
	if d.Step != nil {
		d.Step(name)
	}
	if d.Fault != nil {
		if err := d.Fault(name); err != nil {
			return &fs.PathError{Op: what, Path: path, Err: err}
		}
	}
	return nil
}
