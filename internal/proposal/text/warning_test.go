package text

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// TestWarned: the warning comes before a text and goes again, once for each commit, in any
// flavor, and a body that is too long for it keeps its mark.
func TestWarned(t *testing.T) {
	of := spread(t)
	for _, flavor := range []string{"github", "gitlab", "gitea", "azure", "plain"} {
		l := forge.LimitsOf(flavor)
		title, body := of.Title(), of.Body(l)
		warnedTitle, warnedBody := Warned(l, title, body, "abc123", "A <a@example.com>")
		if !strings.HasPrefix(warnedBody, "**Do not decide by this text.**") || !strings.Contains(warnedBody, "`abc123`") || !strings.Contains(warnedBody, "`A <a@example.com>`") || warnedTitle == title {
			t.Errorf("%s: %s\n%s", flavor, warnedTitle, warnedBody)
		}
		if l.Body > 0 && utf8.RuneCountInString(warnedBody) > l.Body {
			t.Errorf("%s: %d characters", flavor, utf8.RuneCountInString(warnedBody))
		}
		_, was := Mark(body)
		if _, is := Mark(warnedBody); is != was || is == "" {
			t.Errorf("%s: the mark %q became %q", flavor, was, is)
		}
		if againTitle, again := Warned(l, warnedTitle, warnedBody, "abc123", "A <a@example.com>"); again != warnedBody || againTitle != warnedTitle {
			t.Errorf("%s: again: %s\n%s", flavor, againTitle, again)
		}
		if _, other := Warned(l, warnedTitle, warnedBody, "def456", "B"); strings.Count(other, "Do not decide") != 1 || !strings.Contains(other, "`def456`") {
			t.Errorf("%s: another commit: %s", flavor, other)
		}
		if flavor == "azure" {
			continue // its text was cut
		}
		if plainTitle, plain := Unwarned(warnedTitle, strings.ReplaceAll(warnedBody, "\n\n---", "\r\n\r\n---")); plain != body || plainTitle != title {
			t.Errorf("%s: without: %s\n%s", flavor, plainTitle, plain)
		}
	}
}
