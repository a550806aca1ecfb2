package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// sealedToStranger is an age file of somebody else's making.
func sealedToStranger(t *testing.T, plain string) []byte {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a := armor.NewWriter(&out)
	w, err := age.Encrypt(a, id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, plain)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestCustodyStatusFails: a key file that cannot deliver its key is named, and the
// exit code says so, in `custody status` and in lint.
func TestCustodyStatusFails(t *testing.T) {
	for name, c := range map[string]struct {
		victim, says string
		text         func(t *testing.T, dir string) []byte
		warning      bool // lint does not fail
	}{
		"missing issuer key":    {"keys/2026-1.age", problem.CustodyAbsent.Text, nil, false},
		"missing anchor key":    {"keys/2026.age", problem.CustodyAbsent.Text, nil, true},
		"missing webhook key":   {"keys/linkerd-sp-validator.age", problem.CustodyAbsent.Text, nil, false},
		"sealed for a stranger": {"keys/2026-1.age", problem.CustodyUnlabeled.Text, func(t *testing.T, _ string) []byte { return sealedToStranger(t, "no key") }, false},
		"an anchor's, stranger": {"keys/2026.age", problem.CustodyUnlabeled.Text, func(t *testing.T, _ string) []byte { return sealedToStranger(t, "") }, false},
		"another certificate's": {"keys/2026-1.age", "belongs to another certificate", func(t *testing.T, dir string) []byte {
			b, _ := os.ReadFile(filepath.Join(dir, "keys/2026.age"))
			return b
		}, false},
		"empty":                  {"keys/2026-1.age", "this is no age file", func(*testing.T, string) []byte { return []byte{} }, false},
		"an identity, not a key": {"keys/2026-1.age", "this is no age file", func(*testing.T, string) []byte { return []byte("# public key: age1\n") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			statePath, _ := sealedMesh(t)
			dir := filepath.Dir(statePath)
			if r := call(t, "", nil, "custody", "status", "-s", statePath); r.code != ExitDone {
				t.Fatalf("before: %d %s", r.code, r.out)
			}
			victim := filepath.Join(dir, filepath.FromSlash(c.victim))
			if _, err := os.Stat(victim); err != nil {
				files, _ := filepath.Glob(filepath.Join(dir, "keys", "*"))
				t.Fatalf("%v: there are %v", err, files)
			}
			var err error
			if c.text == nil {
				err = os.Remove(victim)
			} else {
				err = os.WriteFile(victim, c.text(t, dir), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"custody", "status", "--width", "300"}, {"lint"}} {
				r := call(t, "", nil, append(args, "-s", statePath)...)
				want := ExitFailed
				if c.warning && args[0] == "lint" {
					want = ExitDone
				}
				if r.code != want || !strings.Contains(r.out, c.says) || !strings.Contains(r.out, c.victim) {
					t.Errorf("%v: code %d, want %d with %q:\n%s", args, r.code, want, c.says, r.out)
				}
			}
		})
	}
}
