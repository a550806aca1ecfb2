package rooms

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tagged finds build tags of one system alone; those that leave one out are fine.
var tagged = regexp.MustCompile(`(?m)^//go:build [a-z0-9]*(long|manual|e2e)`)

// attempt is a row of the table in docs/threat-model.md; named is a test in it.
var (
	attempt = regexp.MustCompile(`(?m)^\| ([a-z]+) \| ([^|]+) \| ([^|]+) \|$`)
	named   = regexp.MustCompile("`([a-z][a-z0-9/-]*)\\.(Test[A-Za-z0-9]+|Fuzz[A-Za-z0-9]+)`")
)

// checks finds where a test may fail: itself, or a helper that is given it.
var checks = regexp.MustCompile(`t\.(Error|Fatal|Errorf|Fatalf)\(|f\.Fuzz\(|t\.Run\(|[A-Za-z]\(t, |\.(refused|wants|says|judged|guarded)\(`)

// TestThreatModel: every attempt that the page lists names tests that exist, that can
// fail, and that no build tag or condition leaves out; no row is there twice.
func TestThreatModel(t *testing.T) {
	_, table, found := strings.Cut(text(t, "docs/threat-model.md"), "\n## What was tried\n")
	rows := attempt.FindAllStringSubmatch(table, -1)
	if !found || len(rows) < 25 {
		t.Fatalf("%d attempts in docs/threat-model.md", len(rows))
	}
	seen := map[string]bool{}
	for _, row := range rows {
		if seen[row[2]] {
			t.Errorf("%s: listed twice", row[2])
		}
		seen[row[2]] = true
		tests := named.FindAllStringSubmatch(row[3], -1)
		if len(tests) == 0 && row[3] != "test" {
			t.Errorf("%s: %q names no test", row[2], row[3])
		}
		for _, test := range tests {
			body := bodyOfTest(t, test[1], test[2])
			if !checks.MatchString(body) {
				t.Errorf("%s: there is no test %s in %s, or it checks nothing", row[2], test[2], test[1])
			}
		}
	}
}

// bodyOfTest is the text of a test function; "" where there is none. A file with a
// build tag has none: not every run has its tests.
func bodyOfTest(t *testing.T, dir, name string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source := text(t, file)
		_, body, found := strings.Cut(source, "\nfunc "+name+"(")
		if found && !tagged.MatchString(source) {
			body, _, _ = strings.Cut(body, "\n}")
			return body
		}
	}
	return ""
}

func text(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
