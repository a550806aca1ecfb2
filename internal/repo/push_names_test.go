package repo

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestPushNames: a tag, or a branch, whose name ends with the whole name of the branch is
// not what a commit is pushed to, and stops no push: of a new branch, and of one that is
// there.
func TestPushNames(t *testing.T) {
	remote, clone := cloned(t)
	first := must(t, clone, "rev-parse", "HEAD")
	save(t, clone, "a.txt", "more\n")
	must(t, clone, "commit", "-q", "-a", "-m", "more")
	second := must(t, clone, "rev-parse", "HEAD")
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	const branch = "l5d-pki/prod/2-x"
	for _, of := range []string{"refs/tags/", "refs/heads/", "refs/remotes/", "refs/"} {
		must(t, remote, "update-ref", "-d", "refs/heads/"+branch)
		other := of + "refs/heads/" + branch
		must(t, clone, "push", "-q", "origin", first+":"+other)
		was := ""
		for _, commit := range []string{first, second} {
			if err := r.Push(Push{"origin", branch, commit, was, "HEAD"}); err != nil {
				t.Errorf("%s: %v", other, err)
			} else if got := must(t, remote, "for-each-ref", "--format=%(objectname)", "refs/heads/"+branch); got != commit {
				t.Errorf("%s: the branch is at %s, want %s", other, got, commit)
			}
			was = commit
		}
		if got := must(t, remote, "for-each-ref", "--format=%(objectname)", other); got != first {
			t.Errorf("%s was moved to %s", other, got)
		}
		must(t, remote, "update-ref", "-d", other)
	}
	if left := must(t, clone, "for-each-ref", "refs/l5d-pki-render-pushing/"); left != "" {
		t.Errorf("left behind: %s", left)
	}
}

// TestNamesInTheWay: a branch below the name of another one that was fetched before stops
// no fetch; one that stops a push on the remote is named, and nobody is said to have moved
// the branch.
func TestNamesInTheWay(t *testing.T) {
	remote, clone := cloned(t)
	other := filepath.Join(t.TempDir(), "other")
	must(t, clone, "clone", "-q", remote, other)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	const branch = "l5d-pki/prod/2-x"
	for _, name := range []string{branch, branch + "/y", branch} {
		save(t, other, "a.txt", name+fmt.Sprint(len(must(t, other, "log", "--format=%H")))+"\n")
		must(t, other, "commit", "-q", "-a", "-m", "of "+name)
		must(t, other, "push", "-q", "origin", "HEAD:refs/heads/"+name)
		if err := r.Fetch("origin", name, must(t, other, "rev-parse", "HEAD"), 2); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		must(t, other, "push", "-q", "origin", ":refs/heads/"+name)
	}
	must(t, other, "push", "-q", "origin", "HEAD:refs/heads/"+branch+"/y")
	if err := r.Push(Push{"origin", branch, must(t, clone, "rev-parse", "HEAD"), "", "HEAD"}); err == nil || errors.Is(err, ErrMoved) || !strings.Contains(err.Error(), branch+"/y") {
		t.Errorf("a push: %v", err)
	}
}
