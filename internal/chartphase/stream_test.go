package chartphase

import (
	"slices"
	"testing"
)

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"empty":            {"", nil},
		"one":              {"---\na: b\n", []string{"a: b\n"}},
		"no separator":     {"a: b\n", []string{"a: b\n"}},
		"no final newline": {"---\na: b\n---\nc: d", []string{"a: b\n", "c: d\n"}},
		"blank between":    {"---\n\n---\na: b\n\n\n---\n", []string{"a: b\n"}},
		"dashes in a text": {"---\na: |\n  ---\n  b\n---\nc: d\n", []string{"a: |\n  ---\n  b\n", "c: d\n"}},
	} {
		if got := Split([]byte(c.in)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
