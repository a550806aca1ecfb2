package disk

import (
	"errors"
	"os"

	"github.com/gofrs/flock"
)

// ErrBusy is given when another process works on the file, or has just replaced it.
var ErrBusy = errors.New("locked by another process")

// Lock takes the lock of an existing file, without waiting. A file that was
// replaced while the lock was taken is busy too.
func Lock(path string) (info os.FileInfo, release func(), err error) {
	before, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	held, err := lock.TryLock()
	if err != nil {
		return nil, nil, err
	}
	now, err := os.Stat(path)
	if !held || err != nil || !os.SameFile(before, now) {
		_ = lock.Close()
		return nil, nil, ErrBusy
	}
	return before, func() { _ = lock.Close() }, nil
}
