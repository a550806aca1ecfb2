package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
)

// TestGuardSignersUnread: a list of keys for evidence that the base has and the guard
// cannot read, or whose lines almost count, is not taken for a list without keys. The
// report names the commit of the base that it is about.
func TestGuardSignersUnread(t *testing.T) {
	t.Parallel()
	_, line := sshKey(t, "robot", forEvidence)
	_, pattern := sshKey(t, "robot", `namespaces="l5d-pki-*"`)
	l := land(t)
	folder := filepath.Dir(l.state)
	list, mesh := filepath.Join(folder, "allowed_signers"), l.stateOf("main").Metadata.Name
	observation := fmt.Sprintf("apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: %s\nat: 2026-06-01T12:00:00Z\ncoverage: []\n", mesh)
	for _, c := range []struct {
		is   string
		make func(at string) error
		want string
	}{
		{"a symbolic link", func(at string) error { return os.Symlink("../signers", at) }, "guard-not-a-file"},
		{"a directory", func(at string) error {
			return os.MkdirAll(filepath.Join(at, "x"), 0o755)
		}, "guard-not-a-file"},
		{"too large", func(at string) error {
			return os.WriteFile(at, []byte(line+strings.Repeat("#", statefile.MaxSize)), 0o644)
		}, "guard-unreadable"},
		{"a pattern", func(at string) error { return os.WriteFile(at, []byte("# keys\n"+pattern), 0o644) }, "guard-unreadable"},
	} {
		l.commitTo("main", func(dir string) {
			l.committed(dir, func() {
				at := filepath.Join(dir, list)
				err := os.RemoveAll(at)
				if err == nil {
					err = c.make(at)
				}
				if info, _ := os.Lstat(at); err == nil && info.IsDir() {
					err = os.WriteFile(filepath.Join(at, "x", "y"), []byte(line), 0o644)
				}
				if err != nil {
					t.Fatal(err)
				}
			})
		})
		dir := l.job("origin/main", func(dir string) {
			l.edit(dir, filepath.Join(folder, "evidence", mesh+"-"+mesh+"-20260601T120000Z.yaml"), func(string) string { return observation })
		})
		code, codes, out := l.guardedAt(dir)
		if code != ExitFailed || !slices.Equal(codes, []string{c.want}) || strings.Contains(out, "lists no key") {
			t.Errorf("%s: %d %q\n%s", c.is, code, codes, out)
		}
		if base := gitIn(t, dir, "rev-parse", "origin/main"); !strings.Contains(out, base) {
			t.Errorf("%s: the base's commit is not named: %s", c.is, out)
		}
	}
}
