package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Slot takes one of n locks of a name, without waiting; ErrBusy is given when others have
// all of them. The system takes the lock of a process back that is killed. The directory
// is made, and has to be this user's alone.
func Slot(dir, name string, n int) (release func(), err error) {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() || info.Mode().Perm() != 0o700 {
		return nil, fmt.Errorf("%s is not a directory of this user alone", dir)
	}
	for i := range n {
		path := filepath.Join(dir, fmt.Sprintf("%s-%d", name, i))
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o600) // follows no link
		if err == nil {
			f.Close()
		} else if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if _, release, err = Lock(path); err == nil || !errors.Is(err, ErrBusy) {
			return release, err
		}
	}
	return nil, ErrBusy
}
