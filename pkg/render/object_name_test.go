package render

import (
	"strings"
	"testing"
)

// TestNamesAreOneLine: an object of the stream is one line in errors and reports,
// whatever its author called it.
func TestNamesAreOneLine(t *testing.T) {
	const foreign = "x\nFORGED"
	r := Report{Lines: []Line{{Object: foreign, Field: foreign, Outcome: Left, Value: foreign, held: true}}}
	w := WorkloadsReport{Workloads: []WorkloadLine{{File: foreign, Object: foreign, Fate: Immune, Why: foreign}}}
	for _, text := range append(r.Held(), r.Text(), w.Text(), w.Brief()) {
		if strings.Contains(text, "\nFORGED") || !strings.Contains(text, "FORGED") {
			t.Errorf("%q", text)
		}
	}
	for _, namespace := range []string{"", "shop", "a\nhint: x"} {
		if text := (object{kind: "ConfigMap\n", namespace: namespace, name: "a\nhint: run evil"}).String(); strings.Contains(text, "\n") {
			t.Errorf("%q", text)
		}
	}
}
