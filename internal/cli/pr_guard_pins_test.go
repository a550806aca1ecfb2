package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// pinned makes a branch of the fleet's repository on which a member is pinned to a commit
// of its clone, after the main branch of the fleet.
func (r *realm) pinned(branch, member, commit string, edit func(string) string) {
	r.t.Helper()
	dir := filepath.Join(r.top, "fleet")
	gitIn(r.t, dir, "checkout", "-q", "-b", branch, "origin/main")
	if member != "" {
		r.do("fleet", "pin", "-f", filepath.Join(dir, "fleet.yaml"), "--repositories", r.top, "--member", member, "--commit", commit)
	}
	if edit != nil {
		r.write(filepath.Join(dir, "fleet.yaml"), edit(readFile(r.t, filepath.Join(dir, "fleet.yaml"))))
	}
	gitIn(r.t, dir, "commit", "-q", "-a", "-m", "pin")
	gitIn(r.t, dir, "push", "-q", "origin", branch)
	gitIn(r.t, dir, "checkout", "-q", "main")
}

// moved commits moves of one member, made by hand, to a branch of its repository.
func (r *realm) moved(name, branch string, moves ...string) {
	r.t.Helper()
	dir := filepath.Join(r.top, name)
	gitIn(r.t, dir, "checkout", "-q", "-b", branch, "origin/main")
	for _, move := range moves {
		r.at = r.at.Add(25 * time.Hour)
		args := append(strings.Fields(move), "-s", filepath.Join(dir, "rotation.yaml"), "--because", "seen in the test")
		r.do(args...)
	}
	gitIn(r.t, dir, "add", "-A")
	gitIn(r.t, dir, "commit", "-q", "--allow-empty", "-m", branch)
	gitIn(r.t, dir, "push", "-q", "origin", branch)
	gitIn(r.t, dir, "checkout", "-q", "main")
}

// says is what the guard of the fleet's repository prints about a branch.
func (r *realm) says(branch string, parts ...string) {
	r.t.Helper()
	dir := filepath.Join(r.top, "fleet")
	gitIn(r.t, dir, "fetch", "-q", "origin")
	got := r.run(append([]string{"pr", "--guard", "--base", "main", "--head", "refs/remotes/origin/" + branch, "--dry-run", "-s", filepath.Join(dir, "rotation.yaml")}, r.fleet()...)...)
	for _, part := range parts {
		if !strings.Contains(got.out, part) {
			r.t.Errorf("%s: no %q in %s%s", branch, part, got.out, got.stderr)
		}
	}
}

// TestGuardPins: what a change of the fleet file announces is judged as a step of all
// members, and a member's own change only passes as the step that is announced.
func TestGuardPins(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	first := gitIn(t, filepath.Join(r.top, "east"), "rev-parse", "HEAD")
	r.moved("east", "zero", "start anchor --strategy bundle --assume DELIVERED-ELSEWHERE")
	r.pinned("pin-zero", "east", "zero", nil)
	r.says("pin-zero", "member `east`: It trusts", "member `east` gets issuer", "member `east`: on somebody's word, as the log has it: DELIVERED-ELSEWHERE")
	r.merge("fleet", "pin-zero", false)
	r.merge("east", "zero", false)
	want := func(what, name, branch string, codes ...string) {
		t.Helper()
		if got := r.guard(name, branch); !slices.Equal(got, codes) {
			t.Errorf("%s: %v, want %v", what, got, codes)
		}
	}
	has := func(what, name, branch, code string) {
		t.Helper()
		if got := r.guard(name, branch); !slices.Contains(got, code) {
			t.Errorf("%s: %v, want %s", what, got, code)
		}
	}
	r.moved("east", "one", "advance --assume BUNDLE-DELIVERED")
	want("a step that nobody announced", "east", "one", "fleet-pinned")
	r.pinned("pin-one", "east", "one", nil)
	want("its pin", "fleet", "pin-one")
	r.says("pin-one", "member `east`: on somebody's word, as the log has it: BUNDLE-DELIVERED, because `seen in the test`")
	r.moved("east", "two", "advance --assume BUNDLE-DELIVERED", "advance --assume BUNDLE-LOADED")
	r.pinned("pin-two", "east", "two", nil)
	has("two steps at once", "fleet", "pin-two", "guard-pin")
	r.pinned("pin-unknown", "", "", func(text string) string {
		_, rest, _ := strings.Cut(text, "commit: ")
		return strings.Replace(text, strings.Fields(rest)[0], strings.Repeat("ab", 20), 1)
	})
	want("a commit that is nowhere", "fleet", "pin-unknown", "guard-pin")
	tree := gitIn(t, filepath.Join(r.top, "east"), "rev-parse", "origin/one^{tree}")
	r.pinned("pin-tree", "", "", func(text string) string {
		_, rest, _ := strings.Cut(text, "commit: ")
		return strings.Replace(text, strings.Fields(rest)[0], tree, 1)
	})
	want("the tree of a commit", "fleet", "pin-tree", "guard-pin")
	r.pinned("renamed", "", "", func(text string) string {
		return strings.Replace(text, "repository: east", "repository: other", 1)
	})
	has("another repository", "fleet", "renamed", "guard-fleet")
	r.merge("fleet", "pin-one", false)
	want("the step that is announced", "east", "one")
	has("more than is announced", "east", "two", "rotation-skip")
	r.moved("east", "other", "advance --assume BUNDLE-DELIVERED --why other")
	want("another one than is announced", "east", "other", "fleet-pinned")
	r.merge("east", "one", false)

	// The barrier: west has not started, and holds the old anchor alone.
	r.moved("east", "switch", "advance --assume BUNDLE-LOADED")
	r.pinned("pin-switch", "east", "switch", nil)
	has("a pin that west holds back", "fleet", "pin-switch", "fleet-held")
	has("a step that west holds back", "east", "switch", "fleet-held")

	// A pin goes back to a commit whose log does not know of the step: what the member may
	// have by it would be forgotten.
	r.pinned("pin-old", "east", first, nil)
	want("a pin that goes back in the history", "fleet", "pin-old", "guard-pin")
	if codes := r.guard("fleet", "pin-old", "--accept", "guard-pin"); len(codes) > 0 {
		t.Errorf("accepted: %v", codes)
	}

	// The clones are the operator's: without them nothing is known, and nothing passes.
	dir := filepath.Join(r.top, "fleet")
	got := r.run("pr", "--guard", "--base", "main", "--head", "refs/remotes/origin/pin-switch", "--dry-run", "-s", filepath.Join(dir, "rotation.yaml"), "--fleet", filepath.Join(dir, "fleet.yaml"))
	if got.code == ExitDone || !strings.Contains(got.out, "guard-pin") {
		t.Errorf("without clones: %d %s%s", got.code, got.out, got.stderr)
	}
}
