package cli

import (
	"strings"
	"testing"
)

// spoiled is a change that no guard may pass: an anchor goes without a move.
func (l *prLand) spoiled(dir string) {
	l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "phase: stable", "phase: anchor-added", 1) })
}

// TestGuardBaseNames: the base is the remote's branch, whatever else has its name here.
func TestGuardBaseNames(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	for name, refs := range map[string][]string{
		"none":             nil,
		"tags":             {"refs/tags/main", "refs/tags/origin/main", "refs/tags/heads/main", "refs/tags/refs/remotes/origin/main"},
		"branches":         {"refs/heads/main", "refs/heads/origin/main", "refs/heads/refs/heads/main", "refs/heads/refs/remotes/origin/main"},
		"other namespaces": {"refs/main", "refs/origin/main", "refs/l5d-pki-render-made/main", "refs/notes/main"},
	} {
		dir := l.job("origin/main", func(dir string) {
			l.spoiled(dir)
			for _, ref := range refs {
				gitIn(t, dir, "update-ref", ref, "HEAD") // as if the base had the change already
			}
		})
		if code, codes, out := l.guardedAt(dir); code == ExitDone || len(codes) == 0 {
			t.Errorf("%s: passes:\n%s", name, out)
		}
	}
}

// TestGuardGitlinks: a submodule in the place of a file of the rotation is refused.
func TestGuardGitlinks(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	key := ""
	l.job("origin/main", func(dir string) { key = l.keyFile(dir) })
	for name, want := range map[string]bool{l.state: true, key: true, "pki/allowed_signers": true, "pki": true, "pki/keys": true, "vendor/module": false, "docs": false} {
		dir := l.job("origin/main", func(dir string) {
			head := gitIn(t, dir, "rev-parse", "HEAD")
			gitIn(t, dir, "rm", "-rq", "--cached", "--ignore-unmatch", name)
			gitIn(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+head+","+name)
			gitIn(t, dir, "commit", "-q", "-m", "x")
		})
		if _, codes, out := l.guardedAt(dir); (len(codes) > 0) != want {
			t.Errorf("%s: %q:\n%s", name, codes, out)
		}
	}
}

// TestGuardStateElsewhere: the state renamed, instead of another, or with what other
// programs read otherwise is judged or refused, and the executable bit is nothing.
func TestGuardStateElsewhere(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	for name, c := range map[string]struct {
		work func(dir string)
		want bool
	}{
		"the directory renamed": {func(dir string) { gitIn(t, dir, "mv", "pki", "other"); gitIn(t, dir, "commit", "-qm", "x") }, true},
		"the file renamed":      {func(dir string) { gitIn(t, dir, "mv", l.state, "pki/state.yaml"); gitIn(t, dir, "commit", "-qm", "x") }, true},
		"the keys renamed":      {func(dir string) { gitIn(t, dir, "mv", "pki/keys", "pki/old"); gitIn(t, dir, "commit", "-qm", "x") }, true},
		"a copy beside": {func(dir string) {
			l.committed(dir, func() { put(t, dir, "pki/b.yaml", gitIn(t, dir, "show", "HEAD:"+l.state)+"\n") })
		}, true},
		"a copy with a mark": {func(dir string) {
			l.committed(dir, func() { put(t, dir, "b.yml", "\ufeff"+gitIn(t, dir, "show", "HEAD:"+l.state)+"\n") })
		}, true},
		"a second document": {func(dir string) { l.edit(dir, l.state, func(s string) string { return s + "---\n" + s }) }, true},
		"executable": {func(dir string) {
			gitIn(t, dir, "update-index", "--chmod=+x", l.state)
			gitIn(t, dir, "commit", "-qm", "x")
		}, false},
		"a comment": {func(dir string) { l.edit(dir, l.state, func(s string) string { return s + "# x\n" }) }, false},
	} {
		dir := l.job("origin/main", c.work)
		if _, codes, out := l.guardedAt(dir); (len(codes) > 0) != c.want {
			t.Errorf("%s: %q:\n%s", name, codes, out)
		}
	}
	dir := l.job("origin/main", l.spoiled)
	if _, codes, _ := l.guardedAt(dir, "--accept", "guard-state-moved", "--accept", "guard-state-twice"); len(codes) == 0 {
		t.Error("an edit by hand passes where moves of the state are accepted")
	}
}
