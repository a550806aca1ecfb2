//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package disk

import (
	"os"
	"time"
)

// replacesOpenFiles: Windows renames no file that is open.
const replacesOpenFiles = false

func lock(*os.File) bool { return true }

func letGo(f *os.File) { _ = f.Close() }

// abandoned goes by age where nothing tells whether a process still works on a
// temporary file: no write takes an hour.
func abandoned(t tree, name string) bool {
	info, err := t.Stat(name)
	return err == nil && time.Since(info.ModTime()) > time.Hour
}

// syncDir: these systems cannot sync a directory.
func syncDir(tree, string, string) error { return nil }

func fileNumber(os.FileInfo) uint64 { return 0 }
