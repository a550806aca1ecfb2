package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// unnamed makes a file in a directory that has no name: it is gone with the process.
// It returns the open directory too, in which the file gets its name.
func unnamed(t tree, path string) (dir, file *os.File, err error) {
	if _, err := os.Lstat(openFiles); err != nil {
		return nil, nil, errUnnamed // it could get no name later
	}
	if dir, err = t.Open(path); err != nil {
		return nil, nil, errUnnamed // it may still be written in
	}
	fd, err := openUnnamed(dir)
	if err != nil {
		_ = dir.Close()
		return nil, nil, err
	}
	return dir, os.NewFile(uintptr(fd), filepath.Join(path, "(unnamed)")), nil
}

func openUnnamed(dir *os.File) (fd int, err error) {
	for {
		fd, err = unix.Openat(int(dir.Fd()), ".", unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.EISDIR), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOTDIR):
			return 0, errUnnamed // NFS, some overlays and FUSE
		case err != nil:
			return 0, &os.PathError{Op: "open", Path: dir.Name(), Err: err}
		}
		return fd, nil
	}
}

const openFiles = "/proc/self/fd"

// linkUnnamed gives a file its first name; one that is taken is fs.ErrExist.
func linkUnnamed(file, dir *os.File, path string) error {
	from := fmt.Sprintf("%s/%d", openFiles, file.Fd())
	if err := unix.Linkat(unix.AT_FDCWD, from, int(dir.Fd()), filepath.Base(path), unix.AT_SYMLINK_FOLLOW); err != nil {
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
