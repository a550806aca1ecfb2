package terminal

import (
	"os"
	"slices"
	"testing"
)

// TestValues: flags with few values have them, others none.
func TestValues(t *testing.T) {
	if got := Values("output", "text, json (as linkerd check) or sarif (2.1.0)"); !slices.Equal(got, []string{"text", "json", "sarif"}) {
		t.Errorf("formats: %v", got)
	}
	for _, name := range []string{"custody", "strategy", "leaves", "assume", "issuer-scheme", "color"} {
		if len(Values(name, "")) < 2 {
			t.Errorf("--%s has no values", name)
		}
	}
	if Values("state", "state file") != nil {
		t.Error("--state has values")
	}
}

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
