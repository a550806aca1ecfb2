package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

func fingerprintOf(t *testing.T, text string) string {
	t.Helper()
	chain, err := pki.ParseChain([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return chain[0].Fingerprint()
}

// keysDir is a folder with a short name: a long one looks like base64.
func keysDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "k")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestNextWholeRotation: a cron job that runs again and again takes the rotation
// from stable to stable, one pull request at a time, and does nothing in between.
func TestNextWholeRotation(t *testing.T) {
	t.Parallel()
	l := land(t)
	keys := keysDir(t)
	next := func(args ...string) plan.Report {
		return l.pr(append([]string{"--next", "--keys-dir", keys, "--start-before", "95%"}, args...)...)
	}
	for i, step := range wholeRotation {
		l.at = l.at.Add(25 * time.Hour)
		var args []string
		if i > 0 {
			if r := next(); r.Operation != plan.OpNone || len(r.Needs) == 0 {
				t.Fatalf("without evidence: %+v", r)
			}
			args = step.args
		}
		r := next(args...)
		if r.Operation != plan.OpCreated || r.Branch != step.branch {
			t.Fatalf("step %d: %+v", i, r)
		}
		l.wrote()
		heads := l.heads()
		if again := next(args...); again.Operation != plan.OpNone || again.Number != i+1 || l.heads() != heads || len(l.wrote()) > 0 {
			t.Errorf("while it is open: %+v", again)
		}
		l.merge(r.Branch)
	}
	l.at = l.at.Add(time.Hour)
	if r := l.pr("--next", "--start-before", "never"); r.Operation != plan.OpNone || !strings.Contains(r.Why, "no rotation is under way") {
		t.Errorf("at the end: %+v", r)
	}
	if files, _ := filepath.Glob(filepath.Join(keys, "*.key")); len(files) == 0 {
		t.Error("no keys")
	}
}

// TestNextChangesNothing: on an unchanged repository nothing is written, in any of
// the situations that a cron job finds, however often it runs: five times each, and
// a hundred times in all with L5D_PROVE_LONG=1.
func TestNextChangesNothing(t *testing.T) {
	t.Parallel()
	runs := 5
	if os.Getenv("L5D_PROVE_LONG") != "" {
		runs = 34
	}
	l := land(t)
	situations := []struct {
		name  string
		enter func()
	}{
		{"stable", func() {}},
		{"open", func() { l.pr("start", "anchor") }},
		{"waiting", func() { l.merge("l5d-pki/prod-argocd/2-anchor-added") }},
	}
	for _, s := range situations {
		s.enter()
		l.wrote()
		heads := l.heads()
		objects := gitIn(t, l.remote, "count-objects", "-v")
		own := gitIn(t, l.clone, "for-each-ref") // after one run: the base may have to be fetched
		for i := range runs {
			l.at = l.at.Add(11 * time.Minute)
			r := l.pr("--next")
			if r.Operation != plan.OpNone || r.Pushed {
				t.Fatalf("%s, run %d: %+v", s.name, i, r)
			}
			if i == 0 {
				own = gitIn(t, l.clone, "for-each-ref")
			}
		}
		if l.heads() != heads || gitIn(t, l.remote, "count-objects", "-v") != objects || len(l.wrote()) > 0 {
			t.Errorf("%s: something was written", s.name)
		}
		if now := gitIn(t, l.clone, "for-each-ref"); now != own {
			t.Errorf("%s: a commit was made:\n%s\nwas\n%s", s.name, now, own)
		}
	}
}

// TestNextStart: what is about to end is rotated; where a person is needed, the
// exit code says so.
func TestNextStart(t *testing.T) {
	t.Parallel()
	l := land(t)
	keys := keysDir(t)
	if r := l.pr("--next", "--keys-dir", keys); r.Operation != plan.OpNone {
		t.Errorf("long before: %+v", r)
	}
	l.at = time.Date(2033, 12, 1, 0, 0, 0, 0, time.UTC) // issuer and webhooks end on 2034-01-01, the anchor a year later
	l.refused("pr-blocked", "--next", "--start-before", "60d")
	l.refused("pr-blocked", "--next", "--start-before", "60d", "--keys-dir", keys) // no key of the anchor at hand
	outgoing := privately(t, filepath.Join(fixtures, "pki", "anchor-2025.key"))
	r := l.pr("--next", "--start-before", "60d", "--keys-dir", keys, "--outgoing-key", outgoing, "--dry-run")
	if r.Branch != "l5d-pki/prod-argocd/2-issuer-switched" || !strings.Contains(r.Why, `issuer "2025-1" ends at 2034-01-01`) {
		t.Errorf("issuer: %+v", r)
	}
	if r := l.pr("--next", "--keys-dir", keys, "--outgoing-key", outgoing); r.Branch != "l5d-pki/prod-argocd/2-issuer-switched" && !strings.Contains(r.Branch, "2-") {
		t.Errorf("anchor: %+v", r)
	}
	l.refused("pr-margin", "--next", "--start-before", "soon")
}

// TestNextRespectsPeople: what a person closed stays closed, until they say so.
func TestNextRespectsPeople(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(time.Hour)
	r := l.pr("--next", "--assume", "BUNDLE-DELIVERED")
	l.forge.pulls[1].State = "closed"
	l.wrote()
	if again := l.pr("--next", "--assume", "BUNDLE-DELIVERED"); again.Operation != plan.OpNone || again.Number != 2 || !strings.Contains(again.Why, "a person closed") || len(l.wrote()) > 0 {
		t.Errorf("closed: %+v", again)
	}
	l.forge.pulls[1].State = "open"
	if again := l.pr("--next", "--assume", "BUNDLE-DELIVERED"); again.Operation != plan.OpNone || again.Number != 2 || again.Branch != r.Branch {
		t.Errorf("opened again: %+v", again)
	}
	l.forge.pulls[1].State = "closed"
	if again := l.pr("--assume", "BUNDLE-DELIVERED"); again.Operation != plan.OpCreated || again.Number != 3 {
		t.Errorf("asked for by hand: %+v", again)
	}
}

// TestNextSuperseded: a state that changed under an open pull request makes it superseded.
func TestNextSuperseded(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.pr("start", "anchor")
	l.commitTo("main", func(dir string) {
		l.edit(dir, l.state, func(s string) string {
			return strings.Replace(s, "key: keys/issuer-2025-1.key", "key: keys/other.key", 1)
		})
	})
	r := l.pr("--next")
	if fmt.Sprint(r.Closed) != "[1]" || l.forge.pulls[0].State != "closed" || !strings.HasSuffix(l.forge.pulls[0].Title, plan.SupersededTitle) {
		t.Errorf("%+v, %+v", r, l.forge.pulls[0])
	}
}

// TestNextOutputs: later steps of a job read what was done.
func TestNextOutputs(t *testing.T) {
	t.Parallel()
	l := land(t)
	file := filepath.Join(t.TempDir(), "output")
	l.env = map[string]string{"GITHUB_OUTPUT": file}
	l.pr("start", "anchor")
	got := l.run("pr", "--next", "--detailed-exitcode", "--assume", "DELIVERED-ELSEWHERE", "--because", "x")
	if got.code != ExitDone {
		t.Errorf("nothing to do: code %d", got.code)
	}
	l.merge("l5d-pki/prod-argocd/2-anchor-added")
	got = l.run("pr", "--next", "--detailed-exitcode", "--assume", "DELIVERED-ELSEWHERE", "--assume", "BUNDLE-DELIVERED", "--because", "x")
	if got.code != ExitWouldChange || !strings.Contains(got.out, "created") {
		t.Errorf("something done: code %d: %s%s", got.code, got.out, got.stderr)
	}
	text, _ := os.ReadFile(file)
	for _, want := range []string{"operation=created\nchanged=true\nbranch=l5d-pki/prod-argocd/2-anchor-added\n", "operation=none\nchanged=false\n", "phase=anchor-spread\nepoch=3\nnumber=2\nurl=http://127.0.0.1/pulls/2\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}
