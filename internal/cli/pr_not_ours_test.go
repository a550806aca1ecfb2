package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
)

// strange is a pull request that somebody who may only read opened under the name of a branch.
func strange(number int, head, commit string) forge.Pull {
	return forge.Pull{Number: number, Title: "theirs", Body: "theirs", Head: head, HeadSHA: commit, NoBranch: true, Base: "main", State: "open",
		URL: "http://127.0.0.1/pulls/1", Author: "l5d-pki"}
}

// untouched fails where the strange pull request was written to.
func untouched(t *testing.T, f *fakeForge, number int) {
	t.Helper()
	p := f.pulls[number-1]
	if p.Title != "theirs" || p.Body != "theirs" || p.State != "open" {
		t.Errorf("it was written to: %+v", p)
	}
	for key := range f.comments {
		if strings.HasPrefix(key, "1 ") {
			t.Errorf("a comment: %s", key)
		}
	}
}

// TestPRNotOurs: a pull request that only bears the name of our branch is named and left
// as it is, opened before or after ours, also with the very commit of it, and stops nothing.
func TestPRNotOurs(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.forge.pulls = []forge.Pull{strange(1, startBranch, l.head("main"))}
	noted := func(args ...string) plan.Report {
		t.Helper()
		got := l.run(append([]string{"pr"}, args...)...)
		if !strings.Contains(got.stderr, "note: pull request #1 by l5d-pki bears the name of branch "+startBranch) {
			t.Errorf("%q: %d %s%s", args, got.code, got.out, got.stderr)
		}
		untouched(t, l.forge, 1)
		return l.pr(args...)
	}
	if r := l.pr("start", "anchor"); r.Operation != plan.OpCreated || r.Number != 2 || len(r.Closed) > 0 {
		t.Fatalf("%+v", r)
	}
	for _, args := range [][]string{{"start", "anchor"}, {"--next"}} {
		if r := noted(args...); r.Number != 2 || r.Operation == plan.OpLeft || l.forge.pulls[1].State != "open" || l.head(startBranch) != r.Commit {
			t.Errorf("%q: %+v", args, r)
		}
		l.forge.pulls[0].HeadSHA = l.head(startBranch)
	}
	l.forge.pulls[1].State, l.forge.pulls[0].State = "closed", "closed" // by people; theirs says nothing of ours
	l.forge.pulls[1].Title += plan.SupersededTitle
	if r := l.pr("--next", "--start-before", "20000d", "--keys-dir", keysDir(t)); r.Operation == plan.OpNone && r.Number == 1 {
		t.Errorf("%+v", r)
	}
	l.forge.pulls[0].State = "open"
	l.merge(startBranch)
	l.forge.pulls[0].State = "open"
	if r := l.pr("--next"); len(r.Closed) > 0 { // it is none that this command may close
		t.Errorf("%+v", r)
	}
	untouched(t, l.forge, 1)
}

// TestPRBehind: title and text are written to a pull request that has the commit which
// they are about, and to none that has another one.
func TestPRBehind(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(time.Hour)
	made := l.pr("--assume", "BUNDLE-DELIVERED")
	l.at = l.at.Add(time.Hour)
	l.wrote()
	l.forge.follow()
	l.forge.still = true
	l.refused("pr-behind", "--anew", "--assume", "BUNDLE-DELIVERED")
	if w := l.wrote(); len(w) > 0 || l.head(made.Branch) == made.Commit {
		t.Errorf("wrote %q", w)
	}
	l.refused("pr-behind", "--assume", "BUNDLE-DELIVERED")
	l.forge.still = false
	if r := l.pr("--assume", "BUNDLE-DELIVERED"); r.Number != 2 || r.Operation != plan.OpUpdated || r.Commit == made.Commit {
		t.Errorf("%+v", r)
	}
}

// TestPRFleetNotOurs: the same for a fleet, which refuses two of its own as well.
func TestPRFleetNotOurs(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	made := r.pr("start", "anchor", "--strategy", "bundle")
	for _, f := range r.forges {
		ours := f.pulls[0]
		ours.Number = 2
		f.pulls = []forge.Pull{strange(1, made.Branch, strings.Repeat("c", 40)), ours}
	}
	for _, more := range [][]string{nil, {"--anew"}, nil} {
		if again := r.pr(append([]string{"start", "anchor", "--strategy", "bundle"}, more...)...); again.Number != 2 || again.Operation == plan.OpLeft {
			t.Errorf("%q: %+v", more, again)
		}
		for _, f := range r.forges {
			untouched(t, f, 1)
		}
	}
	for _, f := range r.forges {
		f.pulls[0].NoBranch = false
	}
	got := r.run(append([]string{"pr", "start", "anchor", "--strategy", "bundle"}, r.fleet()...)...)
	if got.code == ExitDone || !strings.Contains(got.stderr, "explain pr-two-open") {
		t.Errorf("two of one branch: %d %s%s", got.code, got.out, got.stderr)
	}
}
