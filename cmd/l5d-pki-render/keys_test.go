package main

import (
	"os"
	"path/filepath"
	"testing"
)

// closedFixtures copies folders of fixtures/ to where their keys have the mode
// that keys need: in the repository everybody may read them.
func closedFixtures(t testing.TB, folders ...string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "fixtures")
	for _, folder := range folders {
		if err := os.CopyFS(filepath.Join(to, folder), os.DirFS(filepath.Join("../../fixtures", folder))); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := filepath.Glob(filepath.Join(to, "pki", "*.key"))
	if err != nil || len(keys) == 0 {
		t.Fatalf("no test keys: %v", err)
	}
	for _, key := range keys {
		if err := os.Chmod(key, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}
