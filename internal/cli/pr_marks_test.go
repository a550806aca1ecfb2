package cli

import (
	"regexp"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// newAnchor is the fingerprint of the anchor that a state brings.
func (l *prLand) newAnchor(branch string) string {
	l.t.Helper()
	chain, err := pki.ParseChain([]byte(l.stateOf(branch).Status.Anchors[1].Certificate))
	if err != nil {
		l.t.Fatal(err)
	}
	return chain[0].Fingerprint()
}

// withStateOf is a body whose mark names another state.
func withStateOf(body, digest string) string {
	return regexp.MustCompile(`state=sha256:[0-9a-f]*`).ReplaceAllString(body, "state=sha256:"+digest)
}

// TestPRMarkForged: whoever pushes over a branch and has the mark name the pushed state is
// not believed: the text becomes that of the commit, in every clone the same.
func TestPRMarkForged(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.pr("start", "anchor")
	pull := &l.forge.pulls[0]
	body, title, anchor := pull.Body, pull.Title, l.newAnchor(startBranch)
	l.elsewhere(nil, func(dir string) {
		r := l.pr("start", "anchor", "--anew", "--commit-only")
		gitIn(t, dir, "push", "-q", "--force", "origin", r.Commit+":refs/heads/"+startBranch)
	})
	forged := withStateOf(body, gitIn(t, l.remote, "log", "-1", "--format=%(trailers:key=L5d-Pki-State-Sha256,valueonly)", startBranch))
	if forged == body || l.newAnchor(startBranch) == anchor {
		t.Fatal("nothing was pushed over")
	}
	truth := ""
	for _, operation := range []string{plan.OpUpdated, plan.OpLeft} {
		pull.Body = forged
		if dry := l.pr("--next", "--dry-run"); dry.Operation != operation || pull.Body != forged {
			t.Errorf("dry run: %+v", dry)
		}
		r := l.pr("--next")
		if r.Operation != operation || !r.Warned || !strings.Contains(r.Why, "made elsewhere") || strings.Contains(r.Why, "as it should be") ||
			strings.Contains(pull.Body, anchor) || !strings.Contains(pull.Body, l.newAnchor(startBranch)) ||
			!strings.Contains(pull.Body, "The commit says that the incoming certificates and keys were minted by this command.") {
			t.Errorf("%+v\n%s", r, pull.Body)
		}
		if truth == "" {
			truth = pull.Body
		}
		l.wrote()
		again := func(string) {
			if r := l.pr("start", "anchor"); r.Warned || len(l.wrote()) > 0 || pull.Body != truth || pull.Title != title {
				t.Errorf("again: %+v\n%s", r, pull.Body)
			}
		}
		again("")
		l.elsewhere(nil, again)
		l.moveBase()
	}
}

// TestPREditedElsewhere: a clone that did not make the commit puts an edited title or text
// right too, and its maker agrees with it.
func TestPREditedElsewhere(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.pr("start", "anchor")
	pull := &l.forge.pulls[0]
	title, body := pull.Title, pull.Body
	for name, edit := range map[string]func(){
		"fingerprint": func() { pull.Body = strings.ReplaceAll(body, l.newAnchor(startBranch), strings.Repeat("f", 64)) },
		"origin":      func() { pull.Body = strings.Replace(body, "minted by this command", "compared by two people", 1) },
		"title":       func() { pull.Title = "nothing changes" },
		"no mark":     func() { pull.Body = "merged by agreement" },
	} {
		edit()
		l.elsewhere(nil, func(string) {
			for i, args := range [][]string{{"start", "anchor"}, {"--next"}} {
				want := []string{plan.OpUpdated, plan.OpNone}[i]
				if r := l.pr(args...); r.Operation != want || !strings.Contains(r.Why, "made elsewhere") || strings.Contains(r.Why, "as it should be") || pull.Body != body || pull.Title != title {
					t.Errorf("%s, %q: %+v\n%s\n%s", name, args, r, pull.Title, pull.Body)
				}
			}
		})
	}
	l.wrote()
	pull.Body = "For @team.\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n") + "\r\nLooked at it.\r\n"
	l.elsewhere(nil, func(string) { l.leftAlone(plan.OpNone, "made elsewhere", "--next") })
	if r := l.pr("--next"); r.Operation != plan.OpNone || len(l.wrote()) > 0 {
		t.Errorf("its maker: %+v", r)
	}
	_, of := text.Mark(body)
	pull.Body = strings.ReplaceAll(body, l.newAnchor(startBranch), strings.Repeat("f", 64)) + "\n<!-- l5d-pki-render state=sha256:" + of + " text=sha256:" + of + " -->\n"
	l.elsewhere(nil, func(string) {
		if r := l.pr("--next"); r.Operation != plan.OpUpdated || pull.Body != body {
			t.Errorf("a second mark: %+v\n%s", r, pull.Body)
		}
	})
}

// TestPRFleetMarkForged: neither of these is believed of a fleet's pull request.
func TestPRFleetMarkForged(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	gitIn(t, l.clone, "pull", "-q")
	first := l.fleetStart()
	pull := &l.forge.pulls[0]
	title, body := pull.Title, pull.Body
	warned := func(is bool, why string) {
		t.Helper()
		r := l.fleetStart()
		if r.Operation != plan.OpLeft || strings.Contains(r.Why, "do not decide by it") != is ||
			strings.HasPrefix(pull.Body, "**Do not decide by this text.**") != is || strings.HasSuffix(pull.Title, " - pushed over") != is {
			t.Errorf("%s: %+v\n%s\n%s", why, r, pull.Title, pull.Body)
		}
		l.wrote()
		if again := l.fleetStart(); again.Warned || len(l.wrote()) > 0 {
			t.Errorf("%s, again: %+v", why, again)
		}
	}
	prints := regexp.MustCompile("`[0-9a-f]{64}`")
	l.elsewhere(nil, func(string) {
		warned(false, "as it was written")
		for why, edit := range map[string]func(){
			"another fingerprint":     func() { pull.Body = prints.ReplaceAllString(body, "`"+strings.Repeat("f", 64)+"`") },
			"another phase":           func() { pull.Body = strings.Replace(body, "anchor-added", "anchor-dropped", 1) },
			"another title":           func() { pull.Title = "nothing changes" },
			"another way to the keys": func() { pull.Body = strings.Replace(body, "minted by this command", "brought from the HSM", 1) },
		} {
			edit()
			warned(true, why)
			pull.Body, pull.Title = body, title
			warned(false, "after "+why)
		}
		pull.Body = "For @team.\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n") + "\r\nLooked at it.\r\n"
		warned(false, "what people add")
		if r := l.fleetStart("--anew"); r.Operation != plan.OpUpdated || pull.Body == body {
			t.Fatalf("--anew: %+v", r)
		}
	})
	warned(false, "pushed over, with a text that is true")
	_, of := text.Mark(pull.Body)
	pull.Body = withStateOf(body, of)
	warned(true, "pushed over, with a forged mark")
	gitIn(t, l.remote, "update-ref", "refs/heads/"+first.Branch, first.Commit)
	if r := l.fleetStart(); r.Operation != plan.OpUpdated || pull.Title != title || pull.Body != body {
		t.Errorf("the start is back: %+v\n%s\n%s", r, pull.Title, pull.Body)
	}
	l.elsewhere(nil, func(string) { warned(false, "the start is back") })
}
