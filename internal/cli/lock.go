package cli

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// change is what a command wants to make of a state file.
type change struct {
	// next is the state to write; nil: nothing is written.
	next *state.Rotation
	// before, if set, runs when next is known to be writable, and before it is
	// written: keys are stored here, so that no state names a key that is not there.
	before func() (stored, error)
}

// stored is what was written before the file that names it.
type stored struct {
	undo func() // the file could not be written
	done func() // the file is in its place: nothing is undone any more
	// leave lets go of what is locked, without a word: a panic unwinds.
	leave func()
}

// ending calls the one that fits.
func (s stored) ending(err error) {
	switch {
	case err != nil && s.undo != nil:
		s.undo()
	case err == nil && s.done != nil:
		s.done()
	}
}

// changeState reads the state file under a lock, lets f decide, and replaces
// the file. Of two commands at work on one file, one wins and the
// other says so: the lock is taken on the file itself, and a file that was
// replaced while this command waited or began is refused.
func (a *app) changeState(path string, f func(current *state.Rotation) (change, error)) error {
	if err := statefile.RefuseLink(path); err != nil {
		return err
	}
	before, release, err := disk.Lock(path)
	if err != nil {
		return notLocked(path, err)
	}
	defer release()
	original, err := readFile(path, maxState)
	if err != nil {
		return err
	}
	current, err := state.ParseLegacy(path, original)
	if err != nil {
		return err
	}
	if err := a.recoverKeys(path, namedBy(path, current)); err != nil {
		return err
	}
	wanted, err := f(current)
	if err != nil || wanted.next == nil {
		return err
	}
	text, err := state.Update(original, wanted.next)
	if err != nil {
		return problem.Of(err).In(path).Err()
	}
	var first stored
	if wanted.before != nil {
		if first, err = wanted.before(); err != nil {
			return err
		}
	}
	if first.leave != nil {
		defer first.leave()
	}
	err = a.writeFile(path, text, before.Mode().Perm(), true)
	first.ending(err)
	return err
}

func notLocked(path string, err error) error {
	if errors.Is(err, disk.ErrBusy) {
		return problem.CLIBusy.With().In(path)
	}
	return statefile.Missing(path, problem.CLIRead.With(reason(err)).In(path).Because(err))
}

// recoverKeys removes the key files of a command that was killed before the file
// that would name them was written; named tells which files are in use.
func (a *app) recoverKeys(target string, named func(path string) bool) error {
	removed, err := a.disk().Recover(target, named)
	for _, path := range removed {
		fmt.Fprintf(&a.talk, "note: removed %s: a command that was stopped had made it, and no state names it\n", statefile.FromHere(path))
	}
	if err != nil {
		return notLocked(disk.IntentPath(target), err)
	}
	return nil
}

// namedBy tells which files a state names as keys, those of retired anchors too.
func namedBy(statePath string, s *state.Rotation) func(path string) bool {
	files := map[string]bool{}
	add := func(key string) {
		if key != "" {
			files[disk.Real(beside(statePath, key))] = true
		}
	}
	for _, a := range s.Status.Anchors {
		add(a.Key)
	}
	for _, a := range s.Status.Retired {
		add(a.Key)
	}
	for _, i := range s.Status.Issuers {
		add(i.Key)
	}
	for _, w := range s.Status.Webhooks {
		add(w.Key)
		if w.Incoming != nil {
			add(w.Incoming.Key)
		}
	}
	return func(path string) bool { return files[path] }
}

// namedAt is namedBy for the state in a file; of one that cannot be read, all
// key files are in use.
func namedAt(path string) func(path string) bool {
	text, err := readFile(path, maxState)
	if errors.Is(err, fs.ErrNotExist) {
		return func(string) bool { return false }
	}
	s, parseErr := state.Parse(path, text)
	if err != nil || parseErr != nil {
		return func(string) bool { return true }
	}
	return namedBy(path, s)
}
