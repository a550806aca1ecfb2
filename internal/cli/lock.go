package cli

import (
	"errors"
	"os"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/gofrs/flock"
)

// errNothingToWrite ends a change of the state that has nothing to write.
var errNothingToWrite = errors.New("nothing to write")

// change reads the state file under a lock, lets f make the next one, and
// replaces the file. Of two commands at work on one file, one wins and the
// other says so: the lock is taken on the file itself, and a file that was
// replaced while this command waited or began is refused.
func (a *app) change(path string, f func(current *state.Rotation) (*state.Rotation, error)) error {
	before, err := os.Stat(path)
	if err != nil {
		return problem.CLIRead.With(reason(err)).In(path).Because(err)
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
	current, err := state.Parse(path, original)
	if err != nil {
		return err
	}
	next, err := f(current)
	if errors.Is(err, errNothingToWrite) {
		return nil
	}
	if err != nil {
		return err
	}
	text, err := state.Update(original, next)
	if err != nil {
		return problem.Of(err).In(path).Err()
	}
	return a.writeFile(path, text, before.Mode().Perm(), true)
}
