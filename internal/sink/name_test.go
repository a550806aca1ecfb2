package sink

import (
	"strings"
	"testing"
)

// TestName: names of the change cannot speak to a terminal or a runner.
func TestName(t *testing.T) {
	for _, name := range []string{"pki/rotation.yaml", "a b.yaml", "straße/日本.yaml", "-rf"} {
		if got := Name(name); got != name {
			t.Errorf("%q is shown as %s", name, got)
		}
	}
	for _, name := range []string{"", "::stop-commands::x", ":::x", "a\nb", "a\x1b[2Jb", "c1\u009b31m", "rtl\u202ecod", "\xff", " ::x", "##[error]x", "x##vso[task]", "a`b", "a\u2028b"} {
		got := Name(name)
		if !strings.HasPrefix(got, `"`) || strings.Contains(got, "##") || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q is shown as %s", name, got)
		}
	}
}

// TestLongTexts: no text of somebody else fills a comment.
func TestLongTexts(t *testing.T) {
	for name, show := range map[string]func(string) string{"Name": Name, "Code": Code, "Markdown": Markdown} {
		for _, text := range []string{"reason ", "é", "\n\u202e", "@*"} {
			got := show(strings.Repeat(text, 70_000))
			if len(got) > 10*maxPlace || !strings.Contains(got, "characters more)") {
				t.Errorf("%s of many %q has %d bytes and ends in %q", name, text, len(got), got[max(0, len(got)-40):])
			}
		}
		if got := show(strings.Repeat("é", maxPlace)); strings.Contains(got, "more") {
			t.Errorf("%s cuts what is not long", name)
		}
	}
}
