package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestProveFails: a mesh whose issuer has ended fails now, and prove says so with its
// exit code; steps that are not safe before somebody has looked do not.
func TestProveFails(t *testing.T) {
	mesh := filepath.Join("..", "..", "fixtures", "compat", "v0.1.0", "file")
	for name, c := range map[string]struct {
		args string
		code int
		says string
	}{
		"waiting":           {"prove", ExitDone, "not safe"},
		"waiting, all":      {"prove --all", ExitDone, "safe"},
		"ended":             {"prove --at 2035-06-01T00:00:00Z", ExitFailed, "FAILS"},
		"ended, every step": {"prove --all --at 2035-06-01T00:00:00Z", ExitFailed, "FAILS"},
	} {
		if r := call(t, "", nil, append(strings.Fields(c.args), "-s", filepath.Join(mesh, "bundle-anchor-dropped.yaml"))...); r.code != c.code || !strings.Contains(r.out, c.says) {
			t.Errorf("%s: code %d\n%s%s", name, r.code, r.out, r.stderr)
		}
	}
}
