package workloads

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestProgressOnTerminalsOnly: a buffer is no terminal, and neither is a file.
func TestProgressOnTerminalsOnly(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	ran := make([]bool, 1000)
	Progress{To: file}.Each(len(ran), func(i int) { ran[i] = true })
	if text, err := os.ReadFile(file.Name()); err != nil || len(text) != 0 {
		t.Errorf("%q (%v)", text, err)
	}
	if slices.Contains(ran, false) {
		t.Error("not everything was done")
	}
}
