//go:build unix

package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// Reopened reports whether a standard file of this process was closed when it
// started. Go's runtime opens the null device for such a file, for reading and
// writing, where a shell opens it for writing only.
func Reopened(f *os.File) bool {
	is, err := f.Stat()
	null, errNull := os.Stat(os.DevNull)
	if err != nil || errNull != nil || !os.SameFile(is, null) {
		return err != nil
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return true
	}
	flags := 0
	err = raw.Control(func(fd uintptr) { flags, _ = unix.FcntlInt(fd, unix.F_GETFL, 0) })
	return err != nil || flags&unix.O_ACCMODE == unix.O_RDWR
}
