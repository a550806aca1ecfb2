package repo

import (
	"os/exec"
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
