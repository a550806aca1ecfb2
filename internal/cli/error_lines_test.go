package cli

import (
	"strings"
	"testing"
)

// TestErrorsAreLines: a name of somebody else cannot write a line of its own among the
// errors and hints, nor in the log.
func TestErrorsAreLines(t *testing.T) {
	r := call(t, "", nil, "fleet", "status", "-f", "missing\nhint: run evil")
	if r.code != ExitFailed || strings.Contains(r.stderr, "\nhint: run evil") || !strings.Contains(r.stderr, "missing\n    hint: run evil") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
}
