package disk

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
)

// WriteAll makes all changes, or none: every file is staged and synced first.
// Then each takes its place; done says how many did. An error with done > 0 that
// is not [NotDurable] is rare: the system refused one rename after it had
// allowed others. What is in place stays.
func (d Disk) WriteAll(files []File) (done int, err error) {
	b := batch{Disk: d, files: files, staged: make([]*staged, len(files))}
	begun := false
	defer func() {
		b.close()
		if !begun {
			b.removeEmpty(b.made)
		}
	}()
	if err := b.stage(); err != nil {
		return 0, err
	}
	for i := range files {
		if err := b.settle(i); err != nil {
			return i, err
		}
		begun = true
	}
	return len(files), b.sync()
}

// CreateAll makes new files, all or none, and durable: files that may be lost
// again are taken away. undo removes them, and the directories made for them.
func (d Disk) CreateAll(files []File) (undo func() error, err error) {
	for i := range files {
		files[i].New = true
	}
	b := batch{Disk: d, files: files, staged: make([]*staged, len(files))}
	defer b.close()
	undo = func() error {
		var failed error
		for _, f := range files[:b.done] {
			if err := d.Remove(f.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				failed = errors.Join(failed, err)
			}
		}
		b.close()
		b.removeEmpty(b.made)
		return failed
	}
	err = b.stage()
	for i := 0; i < len(files) && err == nil; i++ {
		if err = b.settle(i); err == nil {
			b.done++
		}
	}
	if err == nil {
		err = b.sync()
	}
	if err == nil {
		return undo, nil
	}
	var lost *NotDurable
	if errors.As(err, &lost) {
		err = lost.Err
	}
	return nil, &Undone{Err: err, Left: undo()}
}

// FileError says which file of a batch failed.
type FileError struct {
	Index int
	Err   error
}

func (e *FileError) Error() string { return e.Err.Error() }
func (e *FileError) Unwrap() error { return e.Err }

// Undone says why files were not created. Left is set if some of them could not
// be taken away again.
type Undone struct{ Err, Left error }

func (e *Undone) Error() string { return e.Err.Error() }
func (e *Undone) Unwrap() error { return e.Err }

// batch is one call of WriteAll or CreateAll.
type batch struct {
	Disk
	files  []File
	staged []*staged
	made   []string // directories
	done   int
}

func (b *batch) stage() error {
	b.sweep(b.files)
	for i, f := range b.files {
		if f.Remove {
			continue
		}
		if err := b.stageOne(i, f); err != nil {
			return &FileError{i, err}
		}
	}
	return nil
}

func (b *batch) stageOne(i int, f File) (err error) {
	if f.Dirs {
		made, err := b.makeDirs(filepath.Dir(f.Path), f.DirMode)
		b.made = append(b.made, made...)
		if err != nil {
			return err
		}
	}
	if b.staged[i], err = b.Disk.stage(f); err == nil && i >= maxHeld {
		b.staged[i].release()
	}
	return err
}

// maxHeld is how many replacements stay open, and so locked, until they are in
// place: a process may have about a thousand files open. Of larger batches two
// processes that write the same files at the same time may disturb each other:
// one of them then fails.
const maxHeld = 128

func (b *batch) settle(i int) error {
	f := b.files[i]
	var err error
	if f.Remove {
		if err = b.Remove(f.Path); errors.Is(err, fs.ErrNotExist) {
			err = nil // swept already
		}
	} else if err = b.at("rename", f.Path); err == nil {
		err = b.staged[i].settle(f)
	}
	if err != nil {
		return &FileError{i, err}
	}
	return nil
}

// sync makes the changes durable, each directory once, and those above the ones
// that were made.
func (b *batch) sync() error {
	var dirs, files []string
	add := func(dir, file string) {
		if !slices.Contains(dirs, dir) {
			dirs, files = append(dirs, dir), append(files, file)
		}
	}
	for _, made := range b.made {
		add(filepath.Dir(made), made)
	}
	for _, f := range b.files {
		add(filepath.Dir(f.Path), f.Path)
	}
	var failed error
	for i, dir := range dirs {
		err := b.at("sync directory of", files[i])
		if err == nil {
			err = syncDir(b.tree(), dir, files[i])
		}
		if err != nil && failed == nil {
			failed = &NotDurable{dir, err}
		}
	}
	return failed
}

// close lets go of what was staged; what is not in place is removed.
func (b *batch) close() {
	for _, s := range b.staged {
		if s != nil {
			s.discard()
		}
	}
}

// Remove removes one file.
func (d Disk) Remove(path string) error {
	if err := d.at("remove", path); err != nil {
		return err
	}
	return d.tree().Remove(path)
}
