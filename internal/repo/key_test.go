package repo

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// sshKey makes a key without passphrase; false without the program.
func sshKey(t *testing.T, path string) bool {
	t.Helper()
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		return false
	}
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return true
}

func sshSigner(t *testing.T) (string, bool) {
	key := filepath.Join(t.TempDir(), "key")
	return key + ".pub", sshKey(t, key)
}

// gpgSigner makes a key in a home of its own, with a short name for the sake of
// the agent's socket. The agent ends with the test.
func gpgSigner(t *testing.T) (string, bool) {
	t.Helper()
	if _, err := exec.LookPath("gpg"); err != nil {
		return "", false
	}
	home, err := os.MkdirTemp("", "g")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GNUPGHOME", home)
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "gpg-agent").Run()
		_ = os.RemoveAll(home)
	})
	if out, err := exec.Command("gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "Test <test@example.com>", "ed25519", "sign", "never").CombinedOutput(); err != nil {
		t.Fatalf("gpg: %v: %s", err, out)
	}
	return "test@example.com", true
}
