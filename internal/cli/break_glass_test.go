package cli

import (
	"os"
	"regexp"
	"testing"
)

// TestBreakGlassExplains: the codes that the page names are explained.
func TestBreakGlassExplains(t *testing.T) {
	text, err := os.ReadFile("../../docs/break-glass.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range regexp.MustCompile("`((rotation|state|guard)-[a-z0-9-]+)`").FindAllStringSubmatch(string(text), -1) {
		done(t, call(t, "", nil, "explain", code[1]))
	}
}
