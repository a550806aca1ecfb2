// Package testkit has what tests of several packages share. No program imports it.
package testkit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Tree writes files into a new directory; a text that begins with "-> " is a link.
func Tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		Put(t, dir, name, text)
	}
	return dir
}

// Put writes a file below a directory, or makes a link there ("-> target").
func Put(t testing.TB, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if to, link := strings.CutPrefix(text, "-> "); err == nil && link {
		err = os.Symlink(to, path)
	} else if err == nil {
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Read returns a file below a directory.
func Read(t testing.TB, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Swap returns a step of the disk that turns a directory into a link before the first
// change of that name.
func Swap(t testing.TB, before, dir, to string) func(name string) {
	done := false
	return func(name string) {
		if done || name != before {
			return
		}
		done = true
		err := os.Rename(dir, dir+".was")
		if err == nil {
			err = os.Symlink(to, dir)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// CheckProblem fails unless an error is a problem of that code, on one line with that text.
func CheckProblem(t testing.TB, err error, code problem.Code, text string) {
	t.Helper()
	var p *problem.Problem
	if !errors.As(err, &p) {
		t.Fatalf("error %v, want a problem %s", err, code)
	}
	if p.Code != code || !strings.Contains(err.Error(), text) {
		t.Errorf("problem %s: %v\nwant %s with %q", p.Code, err, code, text)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %v", err)
	}
}

// Kustomize is the path of the program, where `make peers` has put it; the calling
// package is two directories below the repository's root.
func Kustomize(t testing.TB) string {
	t.Helper()
	path, err := filepath.Abs("../../.cache/peers/kustomize")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skip("SKIPPED: there is no kustomize to compare with in .cache/peers")
	}
	return path
}
