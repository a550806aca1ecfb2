package state

import (
	"strings"
	"testing"
)

// TestForms: each form at its bounds, and just beyond them.
func TestForms(t *testing.T) {
	of := func(n int) string { return strings.Repeat("a", n) }
	for name, c := range map[string]struct {
		form     sized
		fits, no []string
	}{
		"label":  {dnsLabelForm, []string{"a", "0", "a-b", of(63)}, []string{"", of(64), "-a", "a-", "A", "a.b", "a\n", "ä"}},
		"name":   {nameForm, []string{"a", "Z", "2026.1_a-b", of(63)}, []string{"", of(64), ".a", "a.", "a/b", "a\n"}},
		"stamp":  {stampForm, []string{of(16)}, []string{"", of(15), of(17), strings.Repeat("g", 16), of(15) + "\n"}},
		"digest": {digestForm, []string{of(64)}, []string{"", of(63), of(65), strings.Repeat("A", 64), of(63) + "\n"}},
	} {
		for _, text := range c.fits {
			if !c.form.MatchString(text) {
				t.Errorf("%s: %q does not fit", name, text)
			}
		}
		for _, text := range c.no {
			if c.form.MatchString(text) {
				t.Errorf("%s: %q fits", name, text)
			}
		}
	}
}
