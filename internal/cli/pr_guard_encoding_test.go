package cli

import (
	"slices"
	"testing"
)

// TestGuardEncoding: a commit whose message Git shows decoded is searched, or refused.
func TestGuardEncoding(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	for name, c := range map[string]struct {
		encoding, subject string
		want              []string
	}{
		"latin":                {"ISO-8859-1", "a", nil},
		"japanese":             {"Shift_JIS", "a", nil},
		"EBCDIC":               {"IBM037", "a", []string{"guard-encoding"}},
		"seven bits":           {"UTF-7", "a", []string{"guard-encoding"}},
		"a message that reads": {"", "encoding IBM037", nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", func(dir string) {
				put(t, dir, "x", "x")
				gitIn(t, dir, "add", "-A")
				settings := []string{}
				if c.encoding != "" {
					settings = []string{"-c", "i18n.commitEncoding=" + c.encoding}
				}
				gitIn(t, dir, append(settings, "commit", "-q", "-m", c.subject)...)
			})
			if _, codes, out := l.guardedAt(dir); !slices.Equal(codes, c.want) {
				t.Errorf("says %q, want %q:\n%s", codes, c.want, out)
			}
		})
	}
}
