package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"filippo.io/age"
)

// TestPassphraseOfTheOthers: no new key is sealed with a passphrase that opens no key of
// the state, as one that was mistyped; where there is no key to open, or recipients take
// the passphrase's place, a start goes on.
func TestPassphraseOfTheOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	statePath := filepath.Join(dir, "rotation.yaml")
	right, wrong := map[string]string{"L5D_PKI_AGE_PASSPHRASE": "correct horse"}, map[string]string{"L5D_PKI_AGE_PASSPHRASE": "correct hrose"}
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	done(t, callAt(t, at, "", right, "init", "--new", "--linkerd-version", "2.18", "--name", "east", "--passphrase", "-s", statePath))
	begun := tree(t, dir)
	reset := func() {
		t.Helper()
		for name := range tree(t, dir) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		for name, text := range begun {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	at = at.Add(time.Hour)
	request := []string{"start", "issuer", "--csr-out", filepath.Join(dir, "new.csr"), "--issuer-key", "keys/new.age", "-s", statePath}
	start := []string{"start", "anchor", "--strategy", "bundle", "-s", statePath}
	for _, args := range [][]string{start, {"start", "webhooks", "-s", statePath}, request} {
		reset()
		got := callAt(t, at, "", wrong, args...)
		refusedWith(t, args[1], got, problem.CustodyPassphraseDiffers)
		if !strings.Contains(got.stderr, "keys/2026.age") || strings.Contains(got.stderr, "hrose") {
			t.Errorf("%q: %s", args, got.stderr)
		}
		sameTree(t, args[1], tree(t, dir), begun)
		refusedWith(t, args[1], callAt(t, at, "", nil, args...), problem.CustodyNoPassphrase)
		done(t, callAt(t, at, "", right, args...))
	}
	reset()
	done(t, callAt(t, at, "", wrong, append(start, "--dry-run")...)) // which seals nothing

	keys, err := filepath.Glob(filepath.Join(dir, "keys", "*"))
	if err != nil || len(keys) < 2 {
		t.Fatalf("keys %q, %v", keys, err)
	}
	for _, key := range keys[1:] { // one that opens is enough
		if err := os.WriteFile(key, []byte("damaged\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	done(t, callAt(t, at, "", right, start...))

	reset()
	if err := errors.Join(os.Remove(keys[0]), os.Mkdir(keys[0], 0o755)); err != nil {
		t.Fatal(err)
	}
	if got := callAt(t, at, "", wrong, start...); got.code != ExitFailed || !strings.Contains(got.stderr, keys[0]) {
		t.Errorf("a key file that cannot be read: code %d: %s", got.code, got.stderr)
	}
	if err := os.Remove(keys[0]); err != nil {
		t.Fatal(err)
	}

	reset() // the passphrase is lost
	for _, key := range keys {
		if err := os.Remove(key); err != nil {
			t.Fatal(err)
		}
	}
	done(t, callAt(t, at, "", wrong, start...))
	reset()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(begun["rotation.yaml"], "passphrase: true", "recipients: ["+id.Recipient().String()+"]", 1)
	if err := os.WriteFile(statePath, []byte(text), 0o600); err != nil || text == begun["rotation.yaml"] {
		t.Fatal(err, text)
	}
	done(t, callAt(t, at, "", nil, start...))
}
