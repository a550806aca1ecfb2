package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// plainLand is a repository whose keys lie in clear beside the state, ignored by Git.
func plainLand(t *testing.T) *prLand {
	t.Helper()
	l, _ := ageLand(t)
	l.commitTo("main", func(dir string) {
		if err := os.RemoveAll(filepath.Join(dir, "pki")); err != nil {
			t.Fatal(err)
		}
		put(t, dir, ".gitignore", "*.key\n")
		if err := os.Mkdir(filepath.Join(dir, "pki"), 0o755); err != nil {
			t.Fatal(err)
		}
		got := call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--custody", "file", "--keys-dir", "keys", "-s", filepath.Join(dir, l.state))
		if got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		gitIn(t, dir, "add", "-A")
		gitIn(t, dir, "commit", "-q", "-m", "begin")
	})
	return l
}

// TestGuardPlainKeys: a change leaves the places of keys in clear alone, and keeps them
// out of what Git commits.
func TestGuardPlainKeys(t *testing.T) {
	t.Parallel()
	l := plainLand(t)
	file := func(name, text string) func(dir string) { return func(dir string) { put(t, dir, name, text) } }
	links := func(to, name string) func(dir string) { return func(dir string) { link(t, dir, to, name) } }
	for name, c := range map[string]struct {
		work func(dir string)
		want string
	}{
		"a file at a key":                    {file("pki/keys/2026-1.key", "x\n"), "guard-reserved"},
		"a link at a key":                    {links("/dev/null", "pki/keys/2026.key"), "guard-reserved"},
		"a file at a key that comes later":   {file("pki/keys/2027.key", "x\n"), "guard-reserved"},
		"in capitals":                        {file("pki/Keys/2027.KEY", "x\n"), "guard-path-folds guard-reserved"},
		"the directory as a link outwards":   {links("/tmp", "pki/keys"), "guard-reserved"},
		"the directory as a link inwards":    {links("../public", "pki/keys"), "guard-reserved"},
		"the directory as a file":            {file("pki/keys", "x\n"), "guard-reserved"},
		"patterns emptied":                   {file(".gitignore", ""), "guard-keys-shown"},
		"patterns taken back":                {file(".gitignore", "*.key\n!pki/keys/*\n"), "guard-keys-shown"},
		"patterns taken back nearer":         {file("pki/.gitignore", "!*.key\n"), "guard-keys-shown"},
		"patterns taken back beside them":    {file("pki/keys/.gitignore", "!2026-1.key\n"), "guard-keys-shown"},
		"patterns for other names":           {file(".gitignore", "2026*.key\nlinkerd-*.key\n"), "guard-keys-shown"},
		"patterns through a link":            {links("ignored", ".gitignore"), "guard-keys-shown"},
		"other patterns, and keys are kept":  {file(".gitignore", "*.tmp\npki/keys/\n"), ""},
		"patterns that take something back":  {file(".gitignore", "*.key\n!docs/*.key\n"), ""},
		"a note among the keys":              {file("pki/keys/README.md", "x\n"), ""},
		"a public file with the same suffix": {file("docs/example.key", "x\n"), ""},
	} {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { c.work(dir) }) })
		_, codes, out := l.guardedAt(dir)
		slices.Sort(codes)
		if strings.Join(slices.Compact(codes), " ") != c.want {
			t.Errorf("%s: says %q, want %q:\n%s", name, codes, c.want, out)
		}
	}
}

// TestGuardOtherObjects: a path with the mode of a file and another object behind it is
// not judged, and cannot be checked out.
func TestGuardOtherObjects(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	for _, object := range []string{"HEAD", "HEAD:pki", "HEAD:"} {
		for _, mode := range []string{"100644", "100755", "120000"} {
			dir := l.job("origin/main", func(dir string) {
				gitIn(t, dir, "update-index", "--add", "--cacheinfo", mode+","+gitIn(t, dir, "rev-parse", object)+",zz")
				gitIn(t, dir, "commit", "-q", "-m", "x")
			})
			if code, _, out := l.guardedAt(dir); code != ExitFailed || !strings.Contains(out, "guard-unreadable") || !strings.Contains(out, "zz") {
				t.Errorf("%s as %s: code %d: %s", object, mode, code, out)
			}
		}
	}
}
