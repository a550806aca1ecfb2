//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// replacesOpenFiles: a file may be renamed while it is open.
const replacesOpenFiles = true

// lock marks a temporary file as one whose process lives. Without it the file
// may be swept away by another process that writes the same one.
func lock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// letGo takes the mark away and closes the file. Closing it is not enough: a child that is
// being started at this instant has it open, too, and the file may have its name already.
func letGo(f *os.File) {
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	_ = f.Close()
}

// abandoned reports whether no process works on a temporary file any more.
func abandoned(t tree, name string) bool {
	f, err := t.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	return lock(f)
}

// syncDir makes the names in a directory durable; file is one of them. File
// systems that cannot sync a directory say so with EINVAL.
func syncDir(t tree, dir, file string) error {
	f, err := t.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return syncFileSystem(t, file)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err = f.Sync(); errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}

// fileNumber tells a file from its copies.
func fileNumber(info os.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Ino)
	}
	return 0
}
