package cli

import (
	"os"
	"strings"
	"testing"
)

// TestInitHostileDump: what a dump says of namespace, trust domain and version becomes
// part of a state and of commands that are printed. What is no name is refused, and
// nothing is written.
func TestInitHostileDump(t *testing.T) {
	t.Parallel()
	good := readFixture(t, "control-plane-2-13", "input.yaml")
	_, plain := adoptable(t)
	if got := call(t, good, nil, "init", "--stream", "-", "-s", plain); got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	for _, text := range []string{"a;id", "$(id)", "`id`", "../..", "-x", "a\u202eb", "::error::x", "<b>", "a b"} {
		quoted := "'" + text + "'"
		for what, stream := range map[string]string{
			"namespace":    strings.ReplaceAll(good, "namespace: linkerd\n", "namespace: "+quoted+"\n"),
			"trust domain": strings.ReplaceAll(good, "cluster.local", text),
			"version":      strings.ReplaceAll(good, "edge-25.10.7", text),
		} {
			_, path := adoptable(t)
			got := call(t, stream, nil, "init", "--stream", "-", "-s", path)
			_, err := os.Stat(path)
			if stream == good || got.code != ExitFailed || !os.IsNotExist(err) || strings.ContainsAny(got.stderr, "\u202e\x1b") {
				t.Errorf("%s %q: code %d, %v: %s", what, text, got.code, err, got.stderr)
			}
		}
	}
}
