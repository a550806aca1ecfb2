package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// unnamed makes a file in a directory that has no name: it is gone with the process.
func unnamed(dir string) (*os.File, error) {
	if _, err := os.Lstat(openFiles); err != nil {
		return nil, errUnnamed // it could get no name later
	}
	for {
		fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.EISDIR), errors.Is(err, unix.EINVAL):
			return nil, errUnnamed // NFS, some overlays and FUSE
		case err != nil:
			return nil, &os.PathError{Op: "open", Path: dir, Err: err}
		}
		return os.NewFile(uintptr(fd), filepath.Join(dir, "(unnamed)")), nil
	}
}

const openFiles = "/proc/self/fd"

// linkUnnamed gives a file its first name; one that is taken is fs.ErrExist.
func linkUnnamed(file *os.File, path string) error {
	from := fmt.Sprintf("%s/%d", openFiles, file.Fd())
	if err := unix.Linkat(unix.AT_FDCWD, from, unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW); err != nil {
		return &os.LinkError{Op: "link", Old: "(unnamed)", New: path, Err: err}
	}
	return nil
}

// syncFileSystem makes all of a file's file system durable: for directories that
// may be written and not be opened.
func syncFileSystem(t tree, path string) error {
	f, err := t.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}
