package pulls

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestAGit: a reader's pull request, pushed without a branch under the name of ours, keeps
// its own title and text, and ours is opened beside it and stays open.
func TestAGit(t *testing.T) {
	l := layout(t, startGitea(t, 50, ""))
	l.g.api("POST", "/user/repos", map[string]any{"name": "pki", "default_branch": "main"}, nil) // whoever reads it may push so
	l.git(l.clone, "push", "-q", "-u", "origin", "main")
	l.ready()
	l.g.run("admin", "user", "create", "--username", "l5d-pki", "--password", "not-a-secret-2", "--email", "r@example.test", "--must-change-password=false")
	dir := filepath.Join(l.top, "reader")
	l.git(l.top, "clone", "-q", l.g.url+"/bot/pki.git", dir)
	l.edit(dir, appFile, "replicas: 2", "replicas: 9")
	address := strings.Replace(l.g.url, "http://", "http://l5d-pki:not-a-secret-2@", 1) + "/bot/pki.git"
	topic := strings.TrimPrefix(prefix, "l5d-pki/") + "2-anchor-added"
	l.git(dir, "-c", "http.extraHeader=", "push", "-q", address, "HEAD:refs/for/main", "-o", "topic="+topic, "-o", "title=theirs")
	if r := l.pr("start", "anchor"); r.Operation != "created" || r.Number != 2 {
		t.Fatalf("%+v", r)
	}
	for _, args := range [][]string{{"pr", "start", "anchor"}, {"pr", "--next"}} {
		if got := l.run(append(args, "--forge", "gitea")...); !strings.Contains(got.stderr, "pull request #1 by l5d-pki bears the name of branch") {
			t.Errorf("%q: %+v", args, got)
		}
	}
	for _, p := range l.pulls("open") {
		if (p.Number == 1) != (p.Title == "theirs") {
			t.Errorf("%+v", p)
		}
	}
	if open := l.pulls("open"); len(open) != 2 {
		t.Errorf("%+v", open)
	}
}
