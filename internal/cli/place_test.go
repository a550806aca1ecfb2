package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
)

// placedRepository is one with links, and a directory outside of it.
func placedRepository(t *testing.T) (dir, outside string) {
	t.Helper()
	dir, outside = filepath.Join(t.TempDir(), "repository"), t.TempDir()
	gitIn(t, filepath.Dir(dir), "init", "-q", dir)
	for _, name := range []string{".github/workflows", "real", "keys"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{
		"to-hooks": ".git/hooks", "to-ci": ".github/workflows", "to-real": "real", "out": outside, "chain": "out", "nowhere": filepath.Join(outside, "new"),
	} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("/keys/\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, outside
}

const splitObject = "kind: A\nmetadata: {name: x}\n"

// splitInto writes the objects of a stream into a directory, as chart --split does.
func splitInto(directory, stream string, mode os.FileMode) error {
	return chartphase.WriteDirectory(files.Writer{Notes: io.Discard}, directory, exchange.Answer{Name: "c", Release: "r", Namespace: "n"}, []byte(stream), mode)
}

// TestPlaces: what --split and --to write goes to no place of Git or CI, and out of
// the repository by no link; links that stay inside it lead where they should.
func TestPlaces(t *testing.T) {
	statePath := stateIn(t, readFixture(t, "rotation", "bundle", "stable.yaml"))
	writers := map[string]func(folder string) error{
		"split": func(folder string) error { return splitInto(folder, splitObject, 0o644) },
		"component": func(folder string) error {
			if got := call(t, "", nil, "component", "-s", statePath, "--select", "all", "--to", folder); got.code != ExitDone {
				return &os.PathError{Op: got.stderr, Path: folder, Err: os.ErrInvalid}
			}
			return nil
		},
	}
	for name, write := range writers {
		dir, outside := placedRepository(t)
		before := tree(t, filepath.Join(dir, ".git"))
		for _, folder := range []string{
			".git", ".git/hooks", ".GIT/hooks", "real/.git", "real/.gitmodules", "git~1", ".github/workflows", ".github", ".gitlab", "real/../.circleci",
			"to-hooks", "to-hooks/below", "to-ci", "out", "out/below", "chain", "nowhere", "real/CODEOWNERS/.git",
		} {
			if err := write(filepath.Join(dir, folder)); err == nil {
				t.Errorf("%s: written to %s", name, folder)
			}
		}
		if left, _ := os.ReadDir(outside); len(left) > 0 {
			t.Errorf("%s: outside there is %v", name, left)
		}
		if now := tree(t, filepath.Join(dir, ".git")); len(now) != len(before) {
			t.Errorf("%s: .git is changed", name)
		}
		if left, _ := os.ReadDir(filepath.Join(dir, ".github/workflows")); len(left) > 0 {
			t.Errorf("%s: a workflow was written", name)
		}
		for _, folder := range []string{"real", "to-real", "to-real/new/one", "new", "linkerd/.github"} {
			if err := write(filepath.Join(dir, folder)); err != nil {
				t.Errorf("%s: %s: %v", name, folder, err)
			}
		}
		if err := write(t.TempDir()); err != nil {
			t.Errorf("%s: outside of any repository: %v", name, err)
		}
	}
	dir, outside := placedRepository(t)
	target := filepath.Join(outside, "target")
	if err := os.WriteFile(target, []byte(overlay.Header), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, filepath.Join(dir, "real", overlay.FileName)); err != nil {
		t.Fatal(err)
	}
	if err := writers["component"](filepath.Join(dir, "real")); err == nil || !strings.Contains(err.Error(), "is a symbolic link: nothing is written there") {
		t.Errorf("a link as the file: %v", err)
	}
	if text, _ := os.ReadFile(target); string(text) != overlay.Header {
		t.Error("written through a link")
	}
}

// TestSplitKeys: a file with a key in clear is written only where Git ignores it,
// as a key file is; the files without one are not asked for that.
func TestSplitKeys(t *testing.T) {
	dir, _ := placedRepository(t)
	key, err := os.ReadFile(privately(t, filepath.Join(fixtures, "pki", "anchor-2025.key")))
	if err != nil {
		t.Fatal(err)
	}
	secret := "kind: Secret\nmetadata: {name: x}\nstringData:\n  tls.key: |\n    " + strings.ReplaceAll(strings.TrimSpace(string(key)), "\n", "\n    ") + "\n"
	write := func(folder string) error {
		return splitInto(filepath.Join(dir, folder), splitObject+"---\n"+secret, keyfile.PlainMode)
	}
	for _, folder := range []string{"real", "to-real", "new"} {
		if err := write(folder); err == nil || !strings.Contains(err.Error(), "Secret_x.yaml") {
			t.Errorf("%s: %v", folder, err)
		}
		if _, err := os.Stat(filepath.Join(dir, folder, "A_x.yaml")); err == nil {
			t.Errorf("%s: a part was written", folder)
		}
	}
	for _, folder := range []string{"keys", "keys/below"} {
		if err := write(folder); err != nil {
			t.Errorf("%s: %v", folder, err)
		}
	}
	if err := splitInto(t.TempDir(), secret, keyfile.PlainMode); err != nil {
		t.Errorf("outside of any repository: %v", err)
	}
	if err := splitInto(filepath.Join(dir, "real"), splitObject, keyfile.PlainMode); err != nil {
		t.Errorf("without a key: %v", err)
	}
}
