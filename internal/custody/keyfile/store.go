package keyfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Stored is what was written before the file that names it.
type Stored struct {
	undo func() // the file could not be written
	done func() // the file is in its place: nothing is undone any more
	// leave lets go of what is locked, without a word: a panic unwinds.
	leave func()
}

// Ending undoes what was stored if the file could not be written, and ends it if it was.
func (s Stored) Ending(err error) {
	switch {
	case err != nil && s.undo != nil:
		s.undo()
	case err == nil && s.done != nil:
		s.done()
	}
}

// Leave lets go of what is locked; after Ending it does nothing.
func (s Stored) Leave() {
	if s.leave != nil {
		s.leave()
	}
}

// Store writes new key files, all or none, that another file, target, is about
// to name, in directories that only their owner enters where keys are plain. A
// note beside target makes up for a command that is killed in between: with it
// the next run of the command finds and removes what nobody names.
func Store(w files.Writer, target string, keys []File) (Stored, error) {
	if len(keys) == 0 {
		return Stored{}, nil
	}
	intent, take, err := createNoted(w, target, false, keys)
	if err != nil {
		return Stored{}, err
	}
	return Stored{
		leave: intent.Keep,
		undo: func() {
			if take() == nil {
				_ = intent.Done()
			} else {
				intent.Keep()
			}
		},
		done: func() {
			if err := intent.Done(); err != nil {
				sink.Note(w.Notes, "%s stays (%v); the next command on this file removes it", disk.IntentPath(target), files.Reason(err))
			}
		},
	}, nil
}

// StoreAlone is Store for keys that no file names: they count as stored once
// all of them are there.
func StoreAlone(w files.Writer, target string, keys []File) (undo func(), err error) {
	if len(keys) == 0 {
		return func() {}, nil
	}
	intent, take, err := createNoted(w, target, true, keys)
	if err != nil {
		return func() {}, err
	}
	// A panic lets go of the note, too.
	defer intent.Keep()
	if err := intent.DoneDurably(); err != nil { // a note that stays would let the next run take the keys away
		_ = take()
		return func() {}, problem.CLIWrite.With(disk.IntentPath(target), files.Reason(err)).Because(err)
	}
	return func() { _ = take() }, nil
}

// createNoted writes the note, then the keys; take removes the keys again.
func createNoted(w files.Writer, target string, alone bool, keys []File) (intent *disk.Intent, take func() error, err error) {
	intent, err = w.Disk.Intend(target, alone, onDisk(keys))
	if errors.Is(err, fs.ErrExist) {
		return nil, nil, problem.CLIBusy.With().In(disk.IntentPath(target))
	}
	if err != nil {
		return nil, nil, problem.CLIWrite.With(disk.IntentPath(target), files.Reason(err)).Because(err)
	}
	ended := false
	defer func() {
		if !ended {
			intent.Keep() // a panic unwinds
		}
	}()
	take, err = create(w, keys)
	ended = true
	if err == nil {
		return intent, take, nil
	}
	var undone *disk.Undone
	if errors.As(err, &undone) && undone.Left != nil {
		intent.Keep() // the next run takes them away
	} else {
		_ = intent.Done()
	}
	return nil, nil, err
}

func create(w files.Writer, keys []File) (undo func() error, err error) {
	all := onDisk(keys)
	root, err := rootOf(all)
	if err != nil {
		return nil, err
	}
	below := w.Disk
	below.Root = root
	undo, err = below.CreateAll(all) // the root stays open for undo
	var failed *disk.FileError
	if err != nil {
		path := "the keys"
		if errors.As(err, &failed) {
			path = keys[failed.Index].Path
		}
		if errors.Is(err, fs.ErrExist) {
			return nil, problem.CLIExists.With().In(path).Because(err)
		}
		return nil, problem.CLIWrite.With(path, files.Reason(err)).Because(err)
	}
	for _, f := range keys {
		sink.Note(w.Notes, "%s", f.Note)
	}
	return undo, nil
}

// rootOf opens the directory that key files stay below, and makes their paths
// relative to it. Plain keys may be behind a link that leads out of the repository.
func rootOf(all []disk.File) (*os.Root, error) {
	targets := make([]string, len(all))
	for i, f := range all {
		targets[i] = f.Path
		if f.Mode == PlainMode {
			targets[i] = filepath.Join(disk.Real(filepath.Dir(f.Path)), filepath.Base(f.Path))
		}
	}
	root, below, err := files.RootOf(targets)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Path = below[i]
		if place := all[i].Place; place != nil {
			all[i].Place = func(path string) error { return place(filepath.Join(root.Name(), path)) }
		}
	}
	return root, nil
}

// onDisk says how key files are written. Those in clear are for their owner
// alone, and Git may not see their temporary names either.
func onDisk(keys []File) []disk.File {
	all := make([]disk.File, len(keys))
	for i, f := range keys {
		all[i] = disk.File{Path: f.Path, Data: f.Text, Mode: f.Mode, New: true, Dirs: true}
		if f.Mode == PlainMode {
			all[i].DirMode, all[i].Place = 0o700, PlainPlace
		}
	}
	return all
}
