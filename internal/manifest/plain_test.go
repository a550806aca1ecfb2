package manifest

import (
	"slices"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestParsePlain: no file that people review has line breaks or an order of characters
// that they do not see.
func TestParsePlain(t *testing.T) {
	for _, text := range []string{"a: 1\n", "a: 1\r\nb: é # ü\r\n", `a: "\u2028\u202e\r"` + "\n", "", "a: 日本 \u00a0x\n"} {
		if _, err := ParsePlain([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, odd := range []string{"\r", "\u0085", "\u2028", "\u2029", "\u202e", "\u2066", "\u200f", "\u061c"} {
		for _, text := range []string{"a: 1\n# x" + odd + "b: 2\n", "a: 1\nb: \"" + odd + "\"\n", "a: 1\nb: 1" + odd} {
			_, err := ParsePlain([]byte(text))
			if found := problem.Of(err); len(found) != 1 || found[0].Code != problem.NotShown.Code || found[0].Line != 2 || !slices.Contains([]int{4, 5}, found[0].Column) {
				t.Errorf("%q: %v", text, err)
			}
		}
	}
}
