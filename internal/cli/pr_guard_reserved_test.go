package cli

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestGuardReserved: nothing is put where commands keep files of their own.
func TestGuardReserved(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	link := func(name, to string) func(dir string) {
		return func(dir string) {
			at := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.Symlink(to, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := func(name string) func(dir string) { return func(dir string) { put(t, dir, name, "x\n") } }
	for name, c := range map[string]struct {
		work func(dir string)
		want bool
	}{
		"evidence as a file":                 {file("pki/evidence"), true},
		"evidence as a link":                 {link("pki/evidence", "/tmp"), true},
		"evidence in capitals":               {file("pki/EVIDENCE"), true},
		"evidence as a link inside":          {link("pki/evidence", "keys"), true},
		"the note as a directory":            {file("pki/.rotation.yaml.pending/x"), true},
		"the note as a file":                 {file("pki/.rotation.yaml.pending"), true},
		"the note as a link":                 {link("pki/.rotation.yaml.pending", "/dev/zero"), true},
		"the note, folded":                   {file("pki/.Rotation.yaml.PENDING"), true},
		"a file in the directory":            {file("pki/evidence/README.md"), false},
		"the same name elsewhere":            {file("docs/evidence"), false},
		"the note of another state":          {file("pki/.other.yaml.pending"), false},
		"a directory of a like name":         {file("pki/evidence.d/x"), false},
		"a note of a state in another place": {file("docs/.rotation.yaml.pending"), false},
	} {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { c.work(dir) }) })
		_, codes, out := l.guardedAt(dir)
		if slices.Equal(codes, []string{"guard-reserved"}) != c.want || !c.want && codes != nil {
			t.Errorf("%s: says %q:\n%s", name, codes, out)
		}
	}
}
