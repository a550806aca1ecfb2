package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestGuardLandedRollouts: a rollout, and each part of a wave, begins when it came to the
// base, whatever its log entry is dated, both for how long it has had and for what was
// seen before it.
func TestGuardLandedRollouts(t *testing.T) {
	t.Parallel()
	const late = 12 * time.Hour
	advance := func(words ...string) string { return "advance --assume " + strings.Join(words, " --assume ") }
	ended := func(l *prLand, dir string) {
		l.edit(dir, l.state, func(s string) string {
			return regexp.MustCompile(`(?m)^  wave:\n(    .*\n)+`).ReplaceAllString(s, "  wave: {}\n")
		})
	}
	before := []string{"start anchor"}
	for name, c := range map[string]struct {
		before []string
		moves  []string // that come late; none: the end of the wave does
		word   string
	}{
		"the wave of a phase":  {before, []string{advance("BUNDLE-DELIVERED")}, "BUNDLE-LOADED"},
		"a rollout for leaves": {append(before, advance("BUNDLE-DELIVERED"), advance("BUNDLE-LOADED")), []string{advance("ISSUER-LOADED"), "rollout --assume BUNDLE-DELIVERED"}, "LEAVES-RENEWED"},
		"the end of a wave":    {append(before, advance("BUNDLE-DELIVERED")+" --namespaces other"), nil, "BUNDLE-LOADED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := land(t)
			var landed time.Time
			l.commitTo("main", func(dir string) {
				l.moves(dir, c.before...)
				gitIn(t, dir, "checkout", "-q", "-b", "move")
				made := l.at
				for _, m := range c.moves {
					l.at = made.Add(-24 * time.Hour) // moves adds 25 hours
					l.moves(dir, m)
					made = l.at
				}
				if len(c.moves) == 0 {
					ended(l, dir)
				}
				landed = made.Add(late)
				landAt(t, dir, "merge", "move", landed)
			})
			for after, want := range map[time.Duration][]string{5 * time.Second: {"rotation-contradicted"}, time.Hour: nil} {
				dir := l.job("main", func(dir string) {
					l.at = landed.Add(after - 25*time.Hour)
					l.moves(dir, advance(c.word))
				})
				if _, codes, out := l.guarded(dir); !slices.Equal(codes, want) {
					t.Errorf("%s after the merge: found %v, want %v: %s", after, codes, want, out)
				}
			}
		})
	}
}
