package pulls

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// steps of an anchor rotation by bundle, and what a person vouches for at each:
// against the log where no time passes that a rollout could take.
var steps = []struct {
	args  []string
	phase string
}{
	{[]string{"start", "anchor"}, "2-anchor-added"},
	{[]string{"--assume", "BUNDLE-DELIVERED"}, "3-anchor-spread"},
	{[]string{"--assume", "BUNDLE-LOADED", "--force"}, "4-issuer-switched"},
	{[]string{"--assume", "ISSUER-LOADED"}, "5-issuer-spread"},
	{[]string{"--assume", "LEAVES-RENEWED", "--force"}, "6-anchor-dropped"},
	{[]string{"--assume", "BUNDLE-DELIVERED"}, "7-stable"},
}

// TestWholeRotation: from stable to stable, one pull request for each phase,
// opened by the tool, found again, guarded, and merged by the API.
func TestWholeRotation(t *testing.T) {
	l := settle(t, startGitea(t, 2, ""))
	for i, step := range steps {
		r := l.pr(step.args...)
		branch := prefix + step.phase
		p := l.shows(r)
		if r.Operation != "created" || r.Branch != branch || r.Number != p.Number || p.Head.Ref != branch || r.Epoch != i+2 {
			t.Fatalf("%v: %+v\n%+v", step.args, r, p)
		}
		if len(p.Labels) != 1 || p.Labels[0].Name != "l5d-pki" || !strings.Contains(p.Body, "| ") || strings.Contains(p.Body, "PRIVATE KEY") {
			t.Errorf("%s: labels %v, text\n%s", branch, p.Labels, p.Body)
		}
		l.door.writes()
		before := l.heads()
		if again := l.pr(step.args...); again.Operation != "none" || again.Commit != r.Commit || again.Number != r.Number {
			t.Errorf("%v again: %+v", step.args, again)
		}
		if w := l.door.writes(); len(w) != 0 || !slices.Equal(before, l.heads()) {
			t.Errorf("%v again wrote %v", step.args, w)
		}
		l.refused("pr-open", "back")
		l.checkGuard(r)
		l.merge(r.Number)
	}
	all := l.pulls("all")
	if len(all) != len(steps) {
		t.Fatalf("%d pull requests for %d phases", len(all), len(steps))
	}
	for i, p := range all {
		if !p.Merged || p.Head.Ref != prefix+steps[i].phase {
			t.Errorf("%+v", p)
		}
	}
	if status := l.run("status", "-o", "json"); status.code != 0 || !strings.Contains(status.out, `"stable"`) {
		t.Errorf("%d %s%s", status.code, status.out, status.stderr)
	}
	if log := l.git(l.clone, "log", "--format=%H", "--diff-filter=A", "--name-only"); strings.Contains(log, "keys/") {
		t.Errorf("a key is in the history:\n%s", log)
	}
}

// checkGuard: the guard finds nothing, comments once, and the comment is kept.
func (l *land) checkGuard(r report) {
	l.t.Helper()
	for range 2 {
		g := l.guard(r.Number, r.Branch)
		var judged struct {
			Safe     bool
			Findings []any
		}
		if err := json.Unmarshal([]byte(g.out), &judged); err != nil || g.code != 0 || !judged.Safe || len(judged.Findings) != 0 {
			l.t.Fatalf("guard of %s: code %d: %s%s", r.Branch, g.code, g.out, g.stderr)
		}
	}
	if n := len(l.comments(r.Number)); n != 1 {
		l.t.Errorf("%s: %d comments", r.Branch, n)
	}
}

// comments of one pull request.
func (l *land) comments(number int) (texts []string) {
	l.t.Helper()
	var found []struct{ Body string }
	l.g.api("GET", "/repos/bot/pki/issues/"+itoa(number)+"/comments", nil, &found)
	for _, c := range found {
		texts = append(texts, c.Body)
	}
	return texts
}
