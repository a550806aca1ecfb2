package repo

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// TestDefaultRemote: what is checked out does not choose the remote: it may be the
// branch of a contributor, from a fork whose main branch is theirs.
func TestDefaultRemote(t *testing.T) {
	remote, clone := cloned(t)
	fork := filepath.Join(t.TempDir(), "fork")
	must(t, clone, "clone", "-q", "--bare", remote, fork)
	must(t, fork, "branch", "feature", "main")
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	is := func(want string) {
		t.Helper()
		if got, err := r.DefaultRemote(); got != want {
			t.Errorf("%q, not %q: %v", got, want, err)
		}
	}
	must(t, clone, "remote", "add", "contributor", fork)
	must(t, clone, "fetch", "-q", "contributor")
	must(t, clone, "checkout", "-q", "-t", "contributor/feature")
	is("origin")
	must(t, clone, "remote", "rename", "origin", "upstream")
	is("")
	if _, err := r.DefaultRemote(); !errors.Is(err, ErrRemotes) || !strings.Contains(err.Error(), "contributor, upstream") {
		t.Error(err)
	}
	must(t, clone, "remote", "remove", "contributor")
	is("upstream")
	must(t, clone, "remote", "remove", "upstream")
	is("")
	if _, err := r.DefaultRemote(); !errors.Is(err, ErrNoRemote) {
		t.Error(err)
	}
}
