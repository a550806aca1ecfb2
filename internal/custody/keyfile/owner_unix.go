//go:build unix

package keyfile

import (
	"os"
	"syscall"
)

// ownedByRoot reports whether root owns a file.
func ownedByRoot(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == 0
}
