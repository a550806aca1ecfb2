package render

import (
	"strings"
	"testing"
)

// TestNamesAreOneLine: an object of the stream is one line in errors and reports,
// whatever its author called it.
func TestNamesAreOneLine(t *testing.T) {
	for _, namespace := range []string{"", "shop", "a\nhint: x"} {
		if text := (object{kind: "ConfigMap\n", namespace: namespace, name: "a\nhint: run evil"}).String(); strings.Contains(text, "\n") {
			t.Errorf("%q", text)
		}
	}
}
