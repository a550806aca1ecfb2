package child

import (
	"errors"
	"fmt"
	"testing"
)

// TestOutOfMemory: what a Go program writes when it cannot get memory, in each of
// the ways that were seen, and what it writes when it fails otherwise.
func TestOutOfMemory(t *testing.T) {
	for stderr, want := range map[string]bool{
		"fatal error: runtime: out of memory\n\nruntime stack:\n":                                                  true,
		"fatal error: runtime: cannot allocate memory\n":                                                           true,
		"fatal error: out of memory allocating heap arena metadata\n":                                              true,
		"runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n":                    true,
		"SIGSEGV: segmentation violation\nPC=0x43789d m=3 sigcode=1 addr=0x0\n\ngoroutine 0 gp=0x3a m=3 mp=0x3b\n": true,
		"a note\nSIGSEGV: segmentation violation\nPC=0x43789d m=3 sigcode=1 addr=0x0\n":                            true,

		"panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x49f]\n": false,
		"l5d-pki-render-chart: error: no such file\n": false,
		"": false,
	} {
		failed := &Failure{Err: errors.New("exit status 2"), Code: 2, Stderr: stderr}
		if got := OutOfMemory(fmt.Errorf("reading: %w", failed)); got != want {
			t.Errorf("%v for %q", got, stderr)
		}
	}
	if OutOfMemory(errors.New("out of memory")) {
		t.Error("an error that is no program's")
	}
}
