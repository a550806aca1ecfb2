package rooms

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// attempt is a row of the table in docs/threat-model.md; named is a test in it.
var (
	attempt = regexp.MustCompile(`(?m)^\| ([a-z]+) \| ([^|]+) \| ([^|]+) \|$`)
	named   = regexp.MustCompile("`([a-z][a-z0-9/-]*)\\.(Test[A-Za-z0-9]+|Fuzz[A-Za-z0-9]+)`")
)

// TestThreatModel: every attempt that the page lists names tests that exist.
func TestThreatModel(t *testing.T) {
	_, table, found := strings.Cut(text(t, "docs/threat-model.md"), "\n## What was tried\n")
	rows := attempt.FindAllStringSubmatch(table, -1)
	if !found || len(rows) < 25 {
		t.Fatalf("%d attempts in docs/threat-model.md", len(rows))
	}
	for _, row := range rows {
		tests := named.FindAllStringSubmatch(row[3], -1)
		if len(tests) == 0 && row[3] != "test" {
			t.Errorf("%s: %q names no test", row[2], row[3])
		}
		for _, test := range tests {
			if !hasTest(t, test[1], test[2]) {
				t.Errorf("%s: there is no test %s in %s", row[2], test[2], test[1])
			}
		}
	}
}

func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.Contains(text(t, file), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}

func text(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
