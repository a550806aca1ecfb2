package child

import (
	"errors"
	"strings"
)

// OutOfMemory reports whether a program died since it could not get more memory.
// A SIGKILL that is not this program's comes from the kernel, which kills so.
func OutOfMemory(err error) bool {
	var failed *Failure
	if !errors.As(err, &failed) {
		return false
	}
	if failed.Killed() {
		return true
	}
	for _, words := range []string{"out of memory", "cannot allocate memory", "stack overflow", "fatal error: runtime: ", "pthread_create failed", "new OS thread"} {
		if strings.Contains(failed.Stderr, words) {
			return true
		}
	}
	return false
}
