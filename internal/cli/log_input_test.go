package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestLogFileIsInput: a log file that is an input is refused before a command does
// anything, by whatever name it is reached.
func TestLogFileIsInput(t *testing.T) {
	t.Chdir(t.TempDir())
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--custody", "file", "--keys-dir", "keys"))
	for name, text := range map[string]string{
		"app.yaml": "# ours\n---\napiVersion: apps/v1\nkind: Deployment\n", "app.json": `{"apiVersion":"v1"}`, "ca.crt": "-----BEGIN CERTIFICATE-----\n",
		"old.log": "2026-11-27T12:00:00Z\nnote: apiVersion: l5d-pki-render/v1alpha1\n", "empty.log": "", "other.log": "INFO begin\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("rotation.yaml", "link.log"); err != nil {
		t.Fatal(err)
	}
	if err := os.Link("rotation.yaml", "hard.log"); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile("rotation.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"start anchor --strategy bundle", "status", "lint", "prove"} {
		for _, log := range []string{"rotation.yaml", "./rotation.yaml", "link.log", "hard.log", "app.yaml", "app.json", "ca.crt", "keys/2026.key"} {
			was, _ := os.ReadFile(log)
			for name, r := range map[string]result{
				"--log-file":  call(t, "", nil, append(strings.Fields(command), "--log-file", log)...),
				"L5D_PKI_LOG": call(t, "", map[string]string{"L5D_PKI_LOG": log}, strings.Fields(command)...),
			} {
				now, _ := os.ReadFile("rotation.yaml")
				is, _ := os.ReadFile(log)
				if r.code != ExitFailed || !strings.Contains(r.stderr, string(problem.CLILogIsState.Code)) || string(now) != string(before) || string(is) != string(was) {
					t.Errorf("%s with %s %s: code %d: %s", command, name, log, r.code, r.stderr)
				}
			}
		}
	}
	for _, log := range []string{"old.log", "empty.log", "other.log", "new.log"} {
		done(t, call(t, "", nil, "status", "--log-file", log))
	}
}
