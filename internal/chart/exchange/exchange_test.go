package exchange

import (
	"strings"
	"testing"
)

// TestStreamOfForeignNames: the name of a file is a comment of one line for every reader of
// YAML, so no part of it is an object.
func TestStreamOfForeignNames(t *testing.T) {
	for _, end := range []string{"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029"} {
		for _, hook := range []bool{false, true} {
			got := string(Stream([]Document{{Source: "a" + end + "---" + end + "kind: Forged" + end + "---" + end + "#.yaml", Text: "kind: A", Hook: hook}}))
			if !strings.HasSuffix(strings.TrimSpace(got), "\nkind: A") || strings.ContainsAny(strings.ReplaceAll(got, "\n", ""), "\r\u0085\u2028\u2029") ||
				strings.Count(strings.TrimSpace(got), "\n") != 2 {
				t.Errorf("after %q: %q", end, got)
			}
		}
	}
	for _, name := range []string{"small/templates/a.yaml", "straße/b c.yaml"} {
		if got, want := string(Stream([]Document{{Source: name, Text: "kind: A"}})), "---\n# Source: "+name+"\nkind: A\n"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
