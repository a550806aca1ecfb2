package cli

import (
	"strings"
	"testing"
)

// TestInitScheme: a new mesh gets the scheme that was asked for, with which the
// commands for values work; a mesh that runs keeps its own.
func TestInitScheme(t *testing.T) {
	t.Chdir(t.TempDir())
	got := call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--issuer-scheme", "kubernetes.io/tls", "--custody", "file", "--keys-dir", "keys")
	if got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	if got := call(t, "", nil, "values"); got.code != ExitDone || !strings.Contains(got.out, "scheme: kubernetes.io/tls") || strings.Contains(got.out, "PRIVATE KEY") {
		t.Errorf("code %d: %s", got.code, got.stderr)
	}
	for _, args := range [][]string{
		{"init", "--new", "--linkerd-version", "2.18", "--issuer-scheme", "tls", "--custody", "file", "--keys-dir", "keys", "-s", "other.yaml"},
		{"init", "--anchors", "ca.crt", "--issuer", "issuer.crt", "--linkerd-version", "2.18", "--issuer-scheme", "linkerd.io/tls", "-s", "other.yaml"},
	} {
		if got := call(t, "", nil, args...); got.code != ExitFailed || got.out != "" || !strings.Contains(got.stderr, "cheme") {
			t.Errorf("%q: code %d: %s%s", args, got.code, got.out, got.stderr)
		}
	}
}
