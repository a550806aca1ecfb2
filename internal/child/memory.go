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
	for _, words := range []string{"out of memory", "cannot allocate memory", "stack overflow", "fatal error: runtime: ",
		"pthread_create failed", "new OS thread", faultOfRuntime} {
		if strings.Contains("\n"+failed.Stderr, words) {
			return true
		}
	}
	return false
}

// faultOfRuntime is how Go reports a fault of its own runtime, at the start of a
// line. The garbage collector of Go 1.26 uses what it asked the system for
// without looking whether it got it (runtime/mgcmark_greenteagc.go, spanQueue),
// so one such program in some hundred dies this way. A fault in a program's own
// code is a panic, with other words before these.
const faultOfRuntime = "\nSIGSEGV: segmentation violation\nPC="
