package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAdoptedInstallLints: a default install of each custody of files, adopted and
// linted: no error, and nothing that rendering would change.
func TestAdoptedInstallLints(t *testing.T) {
	for name, custody := range map[string][]string{
		"plain files": {"--custody", "file", "--keys-dir", "keys"},
		"age":         {"--recipient", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "--keys-dir", "keys"},
		"no keys":     nil,
	} {
		stream, statePath := adoptable(t)
		init := call(t, "", nil, append([]string{"init", "--stream", stream, "-s", statePath}, custody...)...)
		if init.code != ExitDone || !strings.Contains(init.stderr, "changes nothing") {
			t.Errorf("%s: init: code %d: %s", name, init.code, init.stderr)
		}
		if lint := call(t, "", nil, "lint", "-s", statePath); lint.code != ExitDone || strings.Contains(lint.out, " error: ") {
			t.Errorf("%s: lint: code %d: %s%s", name, lint.code, lint.out, lint.stderr)
		}
	}
}

// TestAdoptedBundleForms: what Go's reader passes over in a bundle is no reason to
// refuse a mesh that runs with it.
func TestAdoptedBundleForms(t *testing.T) {
	anchor, issuer := readFile(t, filepath.Join(fixtures, "pki", "anchor-2025.crt")), readFile(t, filepath.Join(fixtures, "pki", "issuer-2025-1.crt"))
	other := readFile(t, filepath.Join(fixtures, "pki", "anchor-2026.crt"))
	for name, bundle := range map[string]string{
		"bag attributes":          "Bag Attributes\n    localKeyID: 01\nsubject=CN = a\n" + anchor,
		"comments between":        "# root\n" + anchor + "# spare\n" + other,
		"repeated, not in a row":  anchor + other + anchor,
		"blank lines and CR LF":   "\r\n\r\n" + strings.ReplaceAll(anchor, "\n", "\r\n") + "\r\n",
		"spaces at ends of lines": strings.ReplaceAll(anchor, "\n", "  \n"),
		"no last newline":         strings.TrimSpace(anchor),
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "ca.crt")
		if err := os.WriteFile(file, []byte(bundle), 0o600); err != nil {
			t.Fatal(err)
		}
		issuerFile := filepath.Join(dir, "issuer.crt")
		if err := os.WriteFile(issuerFile, []byte("Bag Attributes\n"+issuer+issuer), 0o600); err != nil {
			t.Fatal(err)
		}
		statePath := filepath.Join(dir, "rotation.yaml")
		if r := call(t, "", nil, "init", "--anchors", file, "--issuer", issuerFile, "--linkerd-version", "2.14", "-s", statePath); r.code != ExitDone {
			t.Errorf("%s: code %d: %s", name, r.code, r.stderr)
			continue
		}
		if r := call(t, "", nil, "prove", "-s", statePath); r.code != ExitDone || !strings.Contains(r.out, "staying in stable: safe") {
			t.Errorf("%s: prove: code %d: %s%s", name, r.code, r.out, r.stderr)
		}
	}
}
