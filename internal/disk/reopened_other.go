//go:build !unix

package disk

import "os"

// Reopened reports whether a standard file of this process is closed.
func Reopened(f *os.File) bool {
	_, err := f.Stat()
	return err != nil
}
