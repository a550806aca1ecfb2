package repo

import (
	"errors"
	"testing"
)

// TestResolveOne: a tag that stands before a branch is refused with whatever follows the
// name, and names without a namesake are not.
func TestResolveOne(t *testing.T) {
	_, clone := cloned(t)
	save(t, clone, "a.txt", "more")
	must(t, clone, "commit", "-q", "-a", "-m", "more")
	must(t, clone, "branch", "feature@x")
	must(t, clone, "tag", "main", "HEAD^")
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	head := must(t, clone, "rev-parse", "HEAD")
	for _, name := range []string{"main", "main^0", "main~0", "main^{commit}", "main@{0}"} {
		if got, err := r.ResolveOne(name); !errors.As(err, new(*Ambiguous)) {
			t.Errorf("%s is %s: %v", name, got, err)
		}
	}
	for _, name := range []string{"HEAD", "HEAD^0", "HEAD@{0}", "@", "refs/heads/main~0", "heads/main^{commit}", "feature@x", "feature@x^0", head, head[:12] + "^0"} {
		if got, err := r.ResolveOne(name); err != nil || got != head {
			t.Errorf("%s is %s: %v", name, got, err)
		}
	}
}

// TestKnownDefault: a branch named HEAD, which somebody pushed, is no default branch.
func TestKnownDefault(t *testing.T) {
	remote, clone := cloned(t)
	must(t, clone, "remote", "set-head", "origin", "main")
	must(t, clone, "push", "-q", "origin", "HEAD:refs/heads/HEAD")
	fetched := t.TempDir()
	must(t, fetched, "init", "-q")
	must(t, fetched, "remote", "add", "origin", remote)
	must(t, fetched, "fetch", "-q", "origin")
	for dir, want := range map[string]string{clone: "refs/remotes/origin/main", fetched: ""} {
		r, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.KnownDefault("origin"); got != want {
			t.Errorf("%s: %q, want %q", dir, got, want)
		}
	}
	if got := must(t, fetched, "rev-parse", "refs/remotes/origin/HEAD"); got != must(t, clone, "rev-parse", "HEAD") {
		t.Error("the branch did not come along")
	}
}
