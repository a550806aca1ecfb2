package cli

import (
	"os"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/gofrs/flock"
)

// change is what a command wants to make of a state file.
type change struct {
	// next is the state to write; nil: nothing is written.
	next *state.Rotation
	// before, if set, runs when next is known to be writable, and before it is
	// written: keys are stored here, so that no state names a key that is not
	// there. What it stored, undo takes away again when the state cannot be written.
	before func() (undo func(), err error)
}

// changeState reads the state file under a lock, lets f decide, and replaces
// the file. Of two commands at work on one file, one wins and the
// other says so: the lock is taken on the file itself, and a file that was
// replaced while this command waited or began is refused.
func (a *app) changeState(path string, f func(current *state.Rotation) (change, error)) error {
	before, err := os.Stat(path)
	if err != nil {
		return noState(path, problem.CLIRead.With(reason(err)).In(path).Because(err))
	}
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	held, err := lock.TryLock()
	if err != nil {
		return problem.CLIRead.With(reason(err)).In(path).Because(err)
	}
	if !held {
		return problem.CLIBusy.With().In(path)
	}
	defer lock.Close()
	if now, err := os.Stat(path); err != nil || !os.SameFile(before, now) {
		return problem.CLIBusy.With().In(path)
	}
	original, err := readFile(path, maxState)
	if err != nil {
		return err
	}
	current, err := state.ParseLegacy(path, original)
	if err != nil {
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
	undo := func() {}
	if wanted.before != nil {
		if undo, err = wanted.before(); err != nil {
			return err
		}
	}
	if err := a.writeFile(path, text, before.Mode().Perm(), true); err != nil {
		undo()
		return err
	}
	return nil
}
