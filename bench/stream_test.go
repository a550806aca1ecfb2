//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestGenerate(t *testing.T) {
	t.Chdir("..") // the control plane is named from the repository's root
	path := filepath.Join(t.TempDir(), "sub", "stream.yaml")
	if err := generate(path, 200); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(data, []byte("\nkind: ")); got != 200 {
		t.Errorf("%d documents, want 200", got)
	}
	control, err := os.ReadFile(controlPlane)
	if err != nil {
		t.Fatal(err)
	}
	if at := bytes.Index(data, control); at < len(data)/4 || at > len(data)*3/4 {
		t.Errorf("the control plane stands at byte %d of %d, not in the middle", at, len(data))
	}
}

func TestSamples(t *testing.T) {
	s := samples{{3 * time.Second, 1, 10}, {time.Second, 5, 30}, {2 * time.Second, 2, 20}}
	if s.best() != time.Second || s.median() != 2*time.Second || s.bestCPU() != 1 || s.rss() != 30 {
		t.Errorf("best %v, median %v, processor %v, memory %d", s.best(), s.median(), s.bestCPU(), s.rss())
	}
}
