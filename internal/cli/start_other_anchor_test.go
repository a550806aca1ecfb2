package cli

import (
	"os"
	"strings"
	"testing"
)

// TestStartOtherAnchor: an issuer that the anchor beside it did not sign is refused
// before the anchor is delivered anywhere, in one error, and the state stays.
func TestStartOtherAnchor(t *testing.T) {
	for _, c := range [][]string{{"anchor", "--strategy", "bundle"}, {"anchor", "--strategy", "cross-sign"}, {"anchor"}, {"replace"}} {
		path := walkState(t, "bundle/stable.yaml")
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		args := append(append([]string{"start"}, c...), "--name", "2026", "--anchor", "pki/anchor-extra.crt", "--signed", "pki/issuer-2026-1.crt", "--accept-downtime", "-s", path)
		if c[len(c)-1] == "cross-sign" {
			args = append(args, "--outgoing-key", "pki/anchor-2025.key")
		}
		got := call(t, "", nil, absolute(t, args)...)
		if got.code == ExitDone || strings.Count(got.stderr, "error:") != 1 || !strings.Contains(got.stderr, "explain rotation-other-anchor") || !strings.Contains(got.stderr, "--anchor the anchor that signed") {
			t.Errorf("%v: %d %s", c, got.code, got.stderr)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
			t.Errorf("%v: the state changed (%v)", c, err)
		}
	}
}
