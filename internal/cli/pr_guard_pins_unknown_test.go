package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestGuardPinsUnknown: what no log tells of is no step: a status that was edited, the
// state of another cluster, an old pin that nobody has, and a pin that is not readable.
func TestGuardPinsUnknown(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	dir := filepath.Join(r.top, "east")
	edited := func(branch, from string, edit func(string) string) {
		t.Helper()
		gitIn(t, dir, "checkout", "-q", "-b", branch, from)
		file := filepath.Join(dir, "rotation.yaml")
		old := readFile(t, file)
		text := edit(old)
		if text == old {
			t.Fatalf("%s: nothing was edited", branch)
		}
		r.write(file, text)
		gitIn(t, dir, "commit", "-q", "-a", "-m", branch)
		gitIn(t, dir, "push", "-q", "origin", branch)
		gitIn(t, dir, "checkout", "-q", "main")
	}
	want := func(what, name, branch string, codes ...string) {
		t.Helper()
		if got := r.guard(name, branch); !slices.Equal(got, codes) {
			t.Errorf("%s: %v, want %v", what, got, codes)
		}
	}
	pin := func(commit string) func(string) string {
		return func(text string) string {
			_, rest, _ := strings.Cut(text, "commit: ")
			return strings.Replace(text, strings.Fields(rest)[0], commit, 1)
		}
	}
	edited("key", "origin/main", func(text string) string {
		return strings.Replace(text, "key: keys/", "key: other/", 1)
	})
	r.pinned("pin-key", "east", "key", nil)
	want("a status that changed without a step", "fleet", "pin-key", "guard-pin")
	edited("named", "origin/main", func(text string) string { return strings.Replace(text, "name: east\n", "name: eest\n", 1) })
	r.pinned("pin-named", "", "", pin(gitIn(t, dir, "rev-parse", "named")))
	want("the state of another cluster", "fleet", "pin-named", "guard-pin")

	r.moved("east", "zero", "start anchor --strategy bundle --assume DELIVERED-ELSEWHERE")
	// The base pins a commit that nobody has any more.
	r.pinned("lost", "", "", pin(strings.Repeat("ab", 20)))
	r.merge("fleet", "lost", false)
	want("a step while the pin is not known", "east", "zero", "fleet-pinned")
	r.pinned("pin-zero", "east", "zero", nil)
	if got := r.guard("fleet", "pin-zero"); !slices.Contains(got, "guard-pin") {
		t.Errorf("a pin after one that is not known: %v", got)
	}
}
