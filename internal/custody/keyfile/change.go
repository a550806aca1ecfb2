package keyfile

import (
	"errors"
	"io/fs"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Change is what a command wants to make of a state file.
type Change struct {
	// Next is the state to write; nil: nothing is written.
	Next *state.Rotation
	// Before, if set, runs when Next is known to be writable, and before it is
	// written: keys are stored here, so that no state names a key that is not there.
	Before func() (Stored, error)
}

// ChangeState reads a state file under a lock, lets decide say what becomes of it, and
// replaces it. Of two commands at work on one file, one wins and the
// other says so: the lock is taken on the file itself, and a file that was
// replaced while this command waited or began is refused.
func ChangeState(w files.Writer, path string, decide func(current *state.Rotation) (Change, error)) error {
	if err := statefile.RefuseLink(path); err != nil {
		return err
	}
	before, release, err := disk.Lock(path)
	if err != nil {
		return NotLocked(path, err)
	}
	defer release()
	original, err := files.Read(path, statefile.MaxSize)
	if err != nil {
		return err
	}
	current, err := state.ParseLegacy(path, original)
	if err != nil {
		return err
	}
	if err := Recover(w, path, NamedBy(path, current)); err != nil {
		return err
	}
	wanted, err := decide(current)
	if err != nil || wanted.Next == nil {
		return err
	}
	text, err := state.Update(original, wanted.Next)
	if err != nil {
		return problem.Of(err).In(path).Err()
	}
	var first Stored
	if wanted.Before != nil {
		if first, err = wanted.Before(); err != nil {
			return err
		}
	}
	defer first.Leave()
	err = w.Replace(path, text, before.Mode().Perm())
	first.Ending(err)
	return err
}

// NotLocked is the error for a file that could not be locked.
func NotLocked(path string, err error) error {
	if errors.Is(err, disk.ErrBusy) {
		return problem.CLIBusy.With().In(path)
	}
	return statefile.Missing(path, files.Unread(path, err))
}

// Recover removes the key files of a command that was killed before the file
// that would name them was written; named tells which files are in use.
func Recover(w files.Writer, target string, named func(path string) bool) error {
	removed, err := w.Disk.Recover(target, named)
	for _, path := range removed {
		sink.Note(w.Notes, "removed %s: a command that was stopped had made it, and no state names it", statefile.FromHere(path))
	}
	if err != nil {
		return NotLocked(disk.IntentPath(target), err)
	}
	return nil
}

// Names are the paths of the keys that a state names, those of retired anchors too.
func Names(s *state.Rotation) (names []string) {
	eachKey(s, func(key *string) {
		if *key != "" {
			names = append(names, *key)
		}
	})
	for _, a := range s.Status.Retired {
		if a.Key != "" {
			names = append(names, a.Key)
		}
	}
	return names
}

// NamedBy tells which files a state names as keys.
func NamedBy(statePath string, s *state.Rotation) func(path string) bool {
	named := map[string]bool{}
	for _, name := range Names(s) {
		named[disk.Real(statefile.Beside(statePath, name))] = true
	}
	return func(path string) bool { return named[path] }
}

// NamedAt is NamedBy for the state in a file; of one that cannot be read, all
// key files are in use.
func NamedAt(path string) func(path string) bool {
	text, err := files.Read(path, statefile.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return func(string) bool { return false }
	}
	s, parseErr := state.Parse(path, text)
	if err != nil || parseErr != nil {
		return func(string) bool { return true }
	}
	return NamedBy(path, s)
}

// eachKey gives f the path of each key that is not of a retired anchor, to be read
// or changed in place.
func eachKey(s *state.Rotation, f func(key *string)) {
	for i := range s.Status.Anchors {
		f(&s.Status.Anchors[i].Key)
	}
	for i := range s.Status.Issuers {
		f(&s.Status.Issuers[i].Key)
	}
	for name, w := range s.Status.Webhooks {
		was := w.Key
		if f(&w.Key); w.Key != was {
			s.Status.Webhooks[name] = w
		}
		if w.Incoming != nil {
			f(&w.Incoming.Key)
		}
	}
}
