package state

import "testing"

// TestIsBlank: a reason that nobody can see is none.
func TestIsBlank(t *testing.T) {
	for text, blank := range map[string]bool{
		"": true, " \t\n\u00a0\u2003": true, "\u200b": true, "\ufeff\u2060\u200d\u00ad": true, "\u202e": true, "\u115f\u1160\u3164\uffa0": true, "\u2800": true,
		"\u0301": true, "\x00": true, "\xc3": false, "x": false, "\u200bx": false, "見た": false, "👍": false, "-": false, "1": false, "\u2801": false,
	} {
		if IsBlank(text) != blank {
			t.Errorf("%q: %v", text, !blank)
		}
	}
}
