package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/lint"
)

// lintedKeys are the files in which lint --repo finds keys.
func lintedKeys(t *testing.T, statePath, dir string, flags ...string) (files, stderr string) {
	t.Helper()
	got := call(t, "", nil, append([]string{"lint", "-s", statePath, "--repo", dir}, flags...)...)
	var names []string
	for line := range strings.Lines(got.out) {
		if strings.Contains(line, "[survey-private-key]") {
			name, _, _ := strings.Cut(line, ":")
			names = append(names, name)
		}
	}
	return strings.Join(names, " "), got.stderr
}

// TestLintAllowList: the list at the top of the repository allows keys as --allow
// does, by paths from the top wherever --repo begins; nothing else is such a list.
func TestLintAllowList(t *testing.T) {
	statePath := stateIn(t, readFixture(t, "rotation", "bundle", "stable.yaml"))
	key := readFixture(t, "pki", "anchor-2025.key")
	dir := t.TempDir()
	gitIn(t, dir, "init", "-q")
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a.key", "sub/b.key", "sub/testdata/c.key"} {
		write(name, key)
	}
	gitIn(t, dir, "add", "-A")
	for _, c := range []struct{ list, top, sub string }{
		{"# a.key\n\n", "a.key sub/b.key sub/testdata/c.key", "b.key testdata/c.key"},
		{"a.key\n", "sub/b.key sub/testdata/c.key", "b.key testdata/c.key"},
		{"  sub/b.key  \r\n", "a.key sub/testdata/c.key", "testdata/c.key"},
		{"**/testdata/**\nb.key", "a.key", ""},
		{"testdata/**\n", "a.key sub/b.key sub/testdata/c.key", "b.key testdata/c.key"},
		{"**\n", "", ""},
	} {
		write(lint.AllowList, c.list)
		for at, want := range map[string]string{"": c.top, "sub": c.sub} {
			if got, stderr := lintedKeys(t, statePath, filepath.Join(dir, at)); got != want {
				t.Errorf("%q at %q: %q, want %q: %s", c.list, at, got, want, stderr)
			}
		}
	}
	write(lint.AllowList, "a.key\n")
	if got, stderr := lintedKeys(t, statePath, dir, "--allow", "sub/**"); got != "" || !strings.Contains(stderr, "allows private keys by 1 patterns") {
		t.Errorf("with --allow: %q: %s", got, stderr)
	}
	write(lint.AllowList, "a[\n")
	if _, stderr := lintedKeys(t, statePath, dir); !strings.Contains(stderr, lint.AllowList+`: "a[" is no pattern`) {
		t.Errorf("a broken pattern: %s", stderr)
	}
	if err := os.Remove(filepath.Join(dir, lint.AllowList)); err != nil {
		t.Fatal(err)
	}
	write("sub/"+lint.AllowList, "**\n") // not at the top
	if got, _ := lintedKeys(t, statePath, filepath.Join(dir, "sub")); got != "b.key testdata/c.key" {
		t.Errorf("a list below the top: %q", got)
	}
	if err := os.Symlink("sub/"+lint.AllowList, filepath.Join(dir, lint.AllowList)); err != nil {
		t.Fatal(err)
	}
	if _, stderr := lintedKeys(t, statePath, dir); !strings.Contains(stderr, "survey-allow-list") {
		t.Errorf("a link: %s", stderr)
	}
}

// TestLintAllowListKeyFiles: key files of the state are allowed by the list too.
func TestLintAllowListKeyFiles(t *testing.T) {
	statePath := stateIn(t, strings.ReplaceAll(readFixture(t, "rotation", "bundle", "stable.yaml"), "../../pki/", "pki/"))
	dir := filepath.Dir(statePath)
	gitIn(t, dir, "init", "-q")
	run := func() string { return call(t, "", nil, "lint", "-s", statePath, "--repo", dir).out }
	if out := run(); !strings.Contains(out, "[custody-in-git]") {
		t.Fatalf("key files in Git are fine: %s", out)
	}
	if err := os.WriteFile(filepath.Join(dir, lint.AllowList), []byte("*.key\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out := run(); strings.Contains(out, "[custody-in-git]") {
		t.Errorf("%s", out)
	}
}
