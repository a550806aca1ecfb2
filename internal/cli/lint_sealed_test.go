package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestLintKeyFilesInForce: a key file of the phase that is absent, or that none of
// the named recipients can open, is an error; one more recipient is a warning, and
// so is an anchor's key, which may be kept offline.
func TestLintKeyFilesInForce(t *testing.T) {
	another := makeIdentity(t, filepath.Join(t.TempDir(), "another.txt"))
	issuerKey := func(s *state.Rotation, dir string) string { return filepath.Join(dir, s.Issuing().Key) }
	for what, c := range map[string]struct {
		spoil  func(t *testing.T, path string)
		code   problem.Code
		errors bool
	}{
		"as it is": {func(*testing.T, string) {}, "", false},
		"absent": {func(t *testing.T, path string) {
			if err := os.Remove(issuerKey(readBackState(t, path), filepath.Dir(path))); err != nil {
				t.Fatal(err)
			}
		}, problem.CustodyAbsent.Code, true},
		"for others": {func(t *testing.T, path string) {
			editState(t, path, func(s *state.Rotation) { s.Spec.Custody.Recipients = []string{another} })
		}, problem.CustodyForOthers.Code, true},
		"for fewer": {func(t *testing.T, path string) {
			editState(t, path, func(s *state.Rotation) {
				s.Spec.Custody.Recipients = append(s.Spec.Custody.Recipients, another)
			})
		}, problem.CustodyOldRecipients.Code, false},
		"an anchor's is absent": {func(t *testing.T, path string) {
			for _, a := range readBackState(t, path).Status.Anchors {
				if a.Key != "" {
					if err := os.Remove(filepath.Join(filepath.Dir(path), a.Key)); err != nil {
						t.Fatal(err)
					}
				}
			}
		}, problem.CustodyAbsent.Code, false},
	} {
		path, _ := sealedMesh(t)
		c.spoil(t, path)
		got := call(t, "", nil, "lint", "-s", path)
		if failed := got.code == ExitFailed && strings.Contains(got.out, ".key: error: "); failed != c.errors {
			t.Errorf("%s: exit %d, %s%s", what, got.code, got.out, got.stderr)
		}
		if c.code != "" && !strings.Contains(got.out, "["+string(c.code)+"]") {
			t.Errorf("%s: no %s in %s", what, c.code, got.out)
		}
	}
}
