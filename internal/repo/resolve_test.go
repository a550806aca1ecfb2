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
