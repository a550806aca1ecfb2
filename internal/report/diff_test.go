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
