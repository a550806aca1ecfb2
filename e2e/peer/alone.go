package peer

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// alone waits until no other process builds into the cache, and gives what ends
// this one's turn. Packages are tested two at a time, and each builds what it needs.
func alone(t testing.TB) func() {
	t.Helper()
	if err := os.MkdirAll(cache(), 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := os.OpenFile(filepath.Join(cache(), "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return func() { _ = lock.Close() } // which gives up the lock, as the end of the process does
}
