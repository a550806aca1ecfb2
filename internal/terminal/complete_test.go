package terminal

import (
	"os"
	"testing"
)

// TestTalks: a pipe answers nothing.
func TestTalks(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	if Talks(in, out) || Talks(nil, nil) {
		t.Error("a pipe is no terminal")
	}
}
