package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReviewedFork: a contributor's branch is checked out for a review. The base is
// still that of origin, not the main branch of the fork, which is the contributor's.
func TestReviewedFork(t *testing.T) {
	t.Parallel()
	l := land(t)
	fork := filepath.Join(t.TempDir(), "fork.git")
	gitIn(t, l.clone, "clone", "-q", "--bare", l.remote, fork)
	theirs := l.job("origin/main", func(dir string) {
		l.moves(dir, "start anchor", "advance --assume BUNDLE-DELIVERED", "advance --assume BUNDLE-LOADED") // no reviewer may pass two steps
		gitIn(t, dir, "push", "-q", fork, "HEAD:main", "HEAD:refs/heads/feature")
	})
	gitIn(t, l.clone, "remote", "add", "contributor", fork)
	gitIn(t, l.clone, "fetch", "-q", "contributor")
	gitIn(t, l.clone, "checkout", "-q", "-t", "contributor/feature")
	if code, codes, out := l.guarded(l.clone); code == ExitDone {
		t.Errorf("passed against the fork's own main: %v %s", codes, out)
	}
	if code, codes, out := l.guarded(l.clone, "--remote", "contributor"); code != ExitDone {
		t.Fatalf("the fork's own main does not have the change: the test tests nothing: %v %s", codes, out)
	}
	r := l.pr("start", "anchor")
	if heads := gitIn(t, fork, "for-each-ref", "--format=%(refname)"); strings.Contains(heads, "l5d-pki") {
		t.Error("pushed to the fork:", heads)
	}
	if base := gitIn(t, l.remote, "rev-parse", r.Branch+"^"); base != gitIn(t, l.remote, "rev-parse", "main") {
		t.Errorf("made on %s, which the contributor has at %s", base, gitIn(t, theirs, "rev-parse", "HEAD"))
	}
}

// TestReviewedLink: a link of the branch that is checked out does not lead to another
// state than the one that was named.
func TestReviewedLink(t *testing.T) {
	t.Parallel()
	l := land(t)
	other := l.other()
	l.commitTo("main", func(dir string) {
		l.edit(dir, "linkerd/west/rotation.yaml", func(string) string { return other })
	})
	gitIn(t, l.clone, "checkout", "-q", "-b", "theirs")
	folder := filepath.Join(l.clone, filepath.FromSlash("linkerd/pki"))
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("west", folder); err != nil {
		t.Fatal(err)
	}
	l.edit(l.clone, "linkerd/west/rotation.yaml", func(string) string { return other })
	if r := l.pr("start", "anchor", "--keys-dir", keysDir(t)); !strings.HasPrefix(r.Branch, "l5d-pki/prod-argocd/") {
		t.Errorf("%+v", r)
	}
}
