package pulls

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestLongListing: 130 pages of other people's pull requests, one a page, and a
// fork that names its branch as we do.
func TestLongListing(t *testing.T) {
	const others = 130 // over a hundred: where a reader that counts pages would stop
	l := layout(t, startGitea(t, 1, ""))
	l.restore(others)
	l.ready()
	l.fork(prefix + "2-anchor-added")
	if open := l.pulls("open"); len(open) != others+1 {
		t.Fatalf("%d pull requests to begin with", len(open))
	}
	r := l.pr("start", "anchor")
	if r.Operation != "created" || r.Number != others+2 {
		t.Fatalf("%+v", r)
	}
	if pages := l.door.count("GET /api/v1/repos/bot/pki/pulls"); pages < others {
		t.Errorf("%d pages were read", pages)
	}
	if again := l.pr("start", "anchor"); again.Operation != "none" || again.Number != r.Number {
		t.Errorf("%+v", again)
	}
}

// restore gives Gitea a dump of the repository with n pull requests, each from a
// branch of its own: opening them one by one takes it minutes.
func (l *land) restore(n int) {
	l.t.Helper()
	dump := filepath.Join(l.top, "dump")
	l.git(l.top, "clone", "-q", "--bare", l.clone, filepath.Join(dump, "git"))
	l.git(l.clone, "checkout", "-q", "-b", "other")
	l.edit(l.clone, appFile, "replicas: 2", "replicas: 5")
	head, base := l.git(l.clone, "rev-parse", "HEAD"), l.git(l.clone, "rev-parse", "main")
	var refs []string
	var list strings.Builder
	for i := 1; i <= n; i++ {
		refs = append(refs, fmt.Sprintf("other:refs/heads/other/%d", i))
		fmt.Fprintf(&list, `- {number: %[1]d, foreignindex: %[1]d, title: other %[1]d, poster_name: bot, poster_id: 1, state: open, patch_url: patch,`+
			` created: 2026-01-01T00:00:00Z, updated: 2026-01-01T00:00:00Z, head: {ref: other/%[1]d, sha: %[2]s, repo_name: pki, owner_name: bot},`+
			` base: {ref: main, sha: %[3]s, repo_name: pki, owner_name: bot}}`+"\n", i, head, base)
	}
	l.git(l.clone, append([]string{"push", "-q", filepath.Join(dump, "git")}, refs...)...)
	l.write(filepath.Join(dump, "pull_request.yml"), list.String())
	l.write(filepath.Join(dump, "patch"), "")
	l.write(filepath.Join(dump, "repo.yml"), "name: pki\nowner: bot\ndefault_branch: main\nservice_type: \"3\"\nis_private: \"false\"\n")
	l.git(l.clone, "checkout", "-q", "main")
	l.g.run("restore-repo", "--repo_dir", dump, "--owner_name", "bot", "--repo_name", "pki", "--units", "pull_requests")
}

// fork lets another user open a pull request from a branch of ours by name.
func (l *land) fork(branch string) {
	l.t.Helper()
	l.g.run("admin", "user", "create", "--username", "stranger", "--password", "not-a-secret-2", "--email", "s@example.test", "--must-change-password=false")
	own := l.g.token
	l.g.token = l.g.newToken("stranger", "all")
	defer func() { l.g.token = own }()
	l.g.api("POST", "/repos/bot/pki/forks", map[string]any{}, nil)
	dir := filepath.Join(l.top, "fork")
	l.git(l.top, "clone", "-q", l.g.url+"/bot/pki.git", dir)
	l.edit(dir, appFile, "replicas: 2", "replicas: 9")
	address := strings.Replace(l.g.url, "http://", "http://stranger:not-a-secret-2@", 1) + "/stranger/pki.git"
	l.git(dir, "-c", "http.extraHeader=", "push", "-q", address, "HEAD:refs/heads/"+branch)
	l.g.api("POST", "/repos/bot/pki/pulls", map[string]any{"title": "hijack", "head": "stranger:" + branch, "base": "main"}, nil)
}
