//go:build unix

package custody

import (
	"os"
	"syscall"
)

// private reports whether only this user and the system may change the files.
func private(paths ...string) bool {
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&os.ModeSymlink != 0 || info.Mode().Perm()&0o002 != 0 {
			return false
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); !ok || owner.Uid != 0 && int(owner.Uid) != os.Getuid() {
			return false
		}
	}
	return true
}
