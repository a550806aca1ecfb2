package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// quotedKey is a key that ends in the word "leaked", for a flag that wants a path.
const quotedKey = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIJj3CTXEl3mvvxqpYDExUd2tR2YwoAoGCCqGSM49AwEHoUQDQgAEleak\n-----END EC PRIVATE KEY-----\n"

// TestFitToShow: nothing that stands in an error by mistake is shown, and nothing
// else is lost.
func TestFitToShow(t *testing.T) {
	const identity = "AGE-SECRET-KEY-1QQPSQYZQ2JKQG2S5VYLKQQPSQYZQ2JKQG2S5VYLKQQPSQYZQ2JKQG2S5VYL"
	for _, text := range []string{
		"error: https://u:leaked@h/x.tgz: not found", "error: \"oci://leaked@h/x\"", "error: https://h/x?token=leaked", "error: u:leaked@h:x",
		"error: cannot read leaked " + identity, "error: " + strings.ToLower(identity), "error: " + strings.Replace(identity, "SECRET-KEY-1", "PLUGIN-X-1", 1),
		"error: " + quotedKey, "error: " + strings.ReplaceAll(quotedKey, "\n", `\n`),
	} {
		got := fitToShow(text + "\n")
		if strings.Contains(got, "leaked@") || strings.Contains(got, "=leaked") || strings.Contains(strings.ToUpper(got), "QQPSQY") || strings.Contains(got, "AEleak") {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
	for _, text := range []string{
		"l5d-pki-render: error: a/b.yaml:3:4: status.anchors[0]: x [9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08]\n",
		"hint: set it to sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n", "hint: see https://linkerd.io/2/tasks/x/\n",
		"note: git@github.com:acme/pki.git and /srv/a@b/c\n", "{\n  \"a\": \"https://h/x?b=c\",\n  \"d\": \"u:p@h\"\n}\n", "hint: give lines AGE-SECRET-KEY-1...\n",
	} {
		if got := fitToShow(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// TestLoginsInErrors: no error about a chart, a repository or a kustomization
// shows the login of an address, on stderr or in the log file.
func TestLoginsInErrors(t *testing.T) {
	statePath, _ := sealedMesh(t)
	log := filepath.Join(t.TempDir(), "log")
	for _, a := range [][]string{
		{"https://u:leaked@127.0.0.1:1/x.tgz"}, {"https://127.0.0.1:1/x.tgz?token=leaked"}, {"oci://u:leaked@127.0.0.1:1/x"}, {"https://leaked@127.0.0.1:1/x"},
		{"https://u:%zzleaked@h/x"}, {"x", "--repo", "https://u:%zzleaked@h/x"}, {"x", "--repo", "ssh://u:leaked@h/x"}, {"x", "--repo", "u:leaked@h:x/y"}, {"x", "--repo", "oci://leaked@127.0.0.1:1/x"},
		{"x", "--outgoing-key", "https://u:leaked@h"}, {"x", "--repo", "https://127.0.0.1:1/?a=leaked"},
	} {
		r := call(t, "", map[string]string{"L5D_PKI_LOG": log}, append([]string{"chart", "--version", "1", "-s", statePath}, a...)...)
		if r.code == ExitDone || strings.Contains(r.stderr, "leaked") {
			t.Errorf("%v: %d: %s", a, r.code, r.stderr)
		}
	}
	if text, err := os.ReadFile(log); err != nil || strings.Contains(string(text), "leaked") {
		t.Errorf("the log: %v\n%s", err, text)
	}
}

// TestIdentitiesInErrors: an identity or a key that is given in place of a path is
// not quoted; the flag or the variable is named.
func TestIdentitiesInErrors(t *testing.T) {
	statePath, opens := sealedMesh(t)
	text, err := os.ReadFile(opens["L5D_PKI_AGE_IDENTITY"])
	if err != nil {
		t.Fatal(err)
	}
	identity := string(text[strings.LastIndex(string(text), "AGE-SECRET-KEY-1"):])
	identity = strings.TrimSpace(identity)
	body := strings.TrimPrefix(identity, "AGE-SECRET-KEY-1")
	for _, value := range []string{identity, strings.ToLower(identity), "AGE-PLUGIN-X-1" + body, "1" + body, body, "age-plugin-x-1" + strings.ToLower(body), " " + identity + "\n# made"} {
		for _, name := range []string{"SOPS_AGE_KEY_FILE", "L5D_PKI_AGE_IDENTITY", "SOPS_AGE_KEY", "--identity"} {
			env, args := map[string]string{name: value}, []string{"manifests", "--with-keys", "-s", statePath}
			if name == "--identity" {
				env, args = nil, append(args, name, value)
			}
			r := call(t, "", env, args...)
			if strings.Contains(strings.ToUpper(r.stderr), body[4:24]) || r.code != ExitDone && !strings.Contains(r.stderr, name) {
				t.Errorf("%s of %d characters: %d: %s", name, len(value), r.code, r.stderr)
			}
		}
	}
	for _, args := range [][]string{{"start", "anchor", "--outgoing-key", quotedKey}, {"manifests", "--passphrase-file", quotedKey}, {"status", "-s", quotedKey}, {quotedKey}, {"lint", quotedKey}, {"status", "--now", identity}} {
		if r := call(t, "", nil, args...); r.code == ExitDone || strings.Contains(r.stderr, "AEleak") || strings.Contains(r.stderr, body[4:24]) {
			t.Errorf("%s: %d: %s", args[0], r.code, r.stderr)
		}
	}
}
