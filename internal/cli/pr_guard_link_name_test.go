package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLinkName: a link has the name of the state that it leads to; else what is kept of
// that cluster would not count.
func TestLinkName(t *testing.T) {
	t.Parallel()
	const refused = "state-link-name"
	l := placesLand(t)
	renamed := func(to string) func(dir string) {
		return func(dir string) {
			l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "{name: west,", "{name: "+to+",", 1) })
		}
	}
	for name, c := range map[string]struct {
		work func(dir string)
		want bool
	}{
		"its name":     {func(dir string) { l.edit(dir, "README.md", func(string) string { return "words" }) }, false},
		"another name": {renamed("foo"), true},
		"its own":      {renamed("prod-argocd"), true},
		"to itself": {func(dir string) {
			l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "../../west/", "", 1) })
		}, true},
		"the linked state is renamed": {func(dir string) {
			l.edit(dir, "west/rotation.yaml", func(s string) string { return strings.Replace(s, "name: west", "name: foo", 1) })
		}, true},
	} {
		dir := l.job("origin/main", c.work)
		if _, codes, out := l.guarded(dir); slices.Contains(codes, refused) != c.want || !c.want && len(codes) > 0 {
			t.Errorf("%s: %v, want it refused %v: %s", name, codes, c.want, out)
		}
		for _, command := range []string{"status", "lint"} {
			if got := call(t, "", nil, command, "-s", filepath.Join(dir, l.state)); strings.Contains(got.out+got.stderr, refused) != c.want {
				t.Errorf("%s: %s, want it refused %v: %s%s", name, command, c.want, got.out, got.stderr)
			}
		}
	}
	// Where the base has such a link, no move rests on it, and other changes pass.
	l.commitTo("main", renamed("foo"))
	dir := l.job("origin/main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "words" }) })
	if _, codes, out := l.guarded(dir); len(codes) > 0 {
		t.Errorf("another change: %v: %s", codes, out)
	}
}
