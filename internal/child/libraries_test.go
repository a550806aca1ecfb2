package child

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestLibraries: the loader of a program gets folders for libraries that no branch can have
// brought files to, whatever separates them, and nothing else.
func TestLibraries(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(top, name) }
	for _, dir := range []string{"own", "own;lib", "clone/.git", "clone/lib", "linked/lib"} {
		if err := os.MkdirAll(at(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"into": "clone/lib", "clone/out": "../own", "through": "clone/out", "here": "/proc/self/cwd", "same": "own"} {
		if err := os.Symlink(target, at(link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.WriteFile(at("linked/.git"), []byte("gitdir: elsewhere\n"), 0o600), os.WriteFile(at("file"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(at("own"))
	own, same := at("own"), at("same")
	for value, want := range map[string]string{
		own: own, own + ":": own, ":" + own + ";" + same: own + ":" + own, own + ";lib:.:": own, own + "\n" + at("clone/lib"): own, own + ";" + at("clone"): own, "lib": "", "": "",
		at("linked/lib"): "", at("into"): "", at("clone/out"): "", at("through"): "", "/proc/self/cwd/lib": "", at("here"): own, same: own, at("file"): "", at("none"): "",
		at("$ORIGIN"): "", "${ORIGIN}/" + own: "", own + "/../clone/lib": "", own + "/../own": own, at("into") + "/../../own": own,
	} {
		for _, name := range []string{"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
			var entries []string
			if want != "" {
				entries = []string{name + "=" + want}
			}
			for _, p := range []Purpose{KMS, Itself} {
				got := chosen(p, []string{name + "=" + value, extra + "=DYLD_*", "LD_PRELOAD=" + own, "LD_AUDIT=" + own, "DYLD_INSERT_LIBRARIES=" + own}, nil)
				got = slices.DeleteFunc(got, func(entry string) bool { return entry == extra+"=DYLD_*" })
				if !slices.Equal(got, entries) {
					t.Errorf("%d: %s=%q: %q, want %q", p, name, value, got, entries)
				}
			}
		}
	}
	t.Setenv("LD_LIBRARY_PATH", at("clone/lib"))
	for _, named := range FilesFrom("", Transport) {
		if named[0] == "LD_LIBRARY_PATH" {
			t.Errorf("what no program gets is named: %q", named)
		}
	}
}
