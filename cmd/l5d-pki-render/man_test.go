package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestManualPages: each command has a page, which says what its help says.
func TestManualPages(t *testing.T) {
	program, err := exec.LookPath("l5d-pki-render")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command("go", "run", "./scripts/man", "-binary", program, "-out", dir)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	made, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(made) < 50 {
		t.Errorf("%d pages (%v)", len(made), err)
	}
	for page, says := range map[string]string{"l5d-pki-render-start.1": `\-\-strategy`, "l5d-pki-render-custody-rewrap.1": `\-\-from`, "l5d-pki-render.1": "status"} {
		if text, err := os.ReadFile(filepath.Join(dir, page)); err != nil || !strings.Contains(string(text), says) {
			t.Errorf("%s does not say %q (%v)", page, says, err)
		}
	}
}
