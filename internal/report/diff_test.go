package report

import (
	"strings"
	"testing"
)

// TestDiffOfForeignLines: lines of a file that somebody else wrote cannot speak to a
// terminal or to a CI.
func TestDiffOfForeignLines(t *testing.T) {
	got := Diff("a.yaml", "a.yaml", "x: 1\n\x1b[2K\x1b[1A\ny: ##vso[task.setvariable variable=PATH]\nz: 1\r::error::x\n\u202e\n", "x: 2\n")
	if strings.ContainsAny(got, "\x1b\r\u202e") || strings.Contains(got, "##vso[") || !strings.Contains(got, `-\x1b[2K\x1b[1A`) || !strings.Contains(got, "+x: 2\n") {
		t.Error(got)
	}
}

// TestDiffOfForeignNames: a file's name is in the two lines of the head alone, so that it
// shows no change that is not there.
func TestDiffOfForeignNames(t *testing.T) {
	const forged = "a\n+++ b\n@@ -1,1 +1,1 @@\n-image: old\n+image: new\n.yaml"
	for _, texts := range [][2]string{{"x: 1\n", "x: 2\n"}, {"", "x: 2\n"}} {
		got := Diff(forged, forged, texts[0], texts[1])
		if strings.Contains(got, "\n+image: new") || !strings.HasPrefix(got, `--- "a\n+++ b\n@@`) || strings.Count(got, "\n@@ ") != 1 || strings.Contains(got, "\n--- ") {
			t.Errorf("%s", got)
		}
	}
	if got, want := DiffHead("a b.yaml", "/dev/null"), "--- a b.yaml\n+++ /dev/null\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := DiffHead(forged, "::error::x"); strings.Count(got, "\n") != 2 || strings.Contains(got, "+++ ::") {
		t.Errorf("%q", got)
	}
}
