package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"os/exec"
)

// sshAgent starts a real ssh agent with one key of the type, which has the
// comment root, and gives what its clients need.
func sshAgent(t *testing.T, kind string) (env string) {
	t.Helper()
	agent, keygen, add := need(t, "ssh-agent"), need(t, "ssh-keygen"), need(t, "ssh-add")
	dir := t.TempDir()
	socket := filepath.Join(dir, "agent")
	cmd := exec.Command(agent, "-D", "-a", socket)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // ended by its id, whatever the test did
		_ = cmd.Wait()
	})
	for i := 0; i < 500; i++ { // the socket appears within milliseconds
		if _, err := os.Stat(socket); err == nil {
			break
		}
		run(t, nil, "sleep", "0.01")
	}
	file := filepath.Join(dir, "key")
	run(t, nil, keygen, "-q", "-t", kind, "-N", "", "-C", "root", "-f", file)
	run(t, []string{"SSH_AUTH_SOCK=" + socket}, add, "-q", file)
	t.Setenv("SSH_AUTH_SOCK", socket)
	return "SSH_AUTH_SOCK=" + socket
}

func TestSSHAgent(t *testing.T) {
	env := sshAgent(t, "ed25519")
	checkSigns(t, "sshagentkms:root")
	checkRotation(t, "", "sshagentkms:root", env)
}

// TestSSHAgentOtherKeys: an agent hashes what it signs, so that its ECDSA and
// RSA keys sign no certificates.
func TestSSHAgentOtherKeys(t *testing.T) {
	for _, kind := range []string{"ecdsa", "rsa"} {
		sshAgent(t, kind)
		r := ask(t, request{Op: "public", URI: "sshagentkms:root"})
		if !strings.Contains(r.Failed, "Ed25519 keys only") {
			t.Errorf("%s: %+v", kind, r)
		}
	}
}
