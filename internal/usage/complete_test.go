package usage

import (
	"slices"
	"testing"
)

// TestValues: flags with few values have them, others none.
func TestValues(t *testing.T) {
	if got := values("output", "text, json (as linkerd check) or sarif (2.1.0)"); !slices.Equal(got, []string{"text", "json", "sarif"}) {
		t.Errorf("formats: %v", got)
	}
	for _, name := range []string{"custody", "strategy", "leaves", "assume", "issuer-scheme", "color"} {
		if len(values(name, "")) < 2 {
			t.Errorf("--%s has no values", name)
		}
	}
	if values("state", "state file") != nil {
		t.Error("--state has values")
	}
}
