package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
)

// parts calls --print and reads what it says.
func (l *prLand) parts(args ...string) (p proposal.Parts, got result) {
	l.t.Helper()
	got = l.run(append([]string{"pr", "--print", "-o", "json", "--assume", "DELIVERED-ELSEWHERE", "--because", "x"}, args...)...)
	if got.code == ExitDone {
		if err := json.Unmarshal([]byte(got.out), &p); err != nil {
			l.t.Fatalf("%v: %s", err, got.out)
		}
	}
	return p, got
}

// TestPrint describes the move in the working tree, and the next one; it leaves
// Git as it is and asks no forge.
func TestPrint(t *testing.T) {
	t.Parallel()
	l := land(t)
	gitIn(t, l.clone, "remote", "set-url", "origin", "https://bitbucket.org/acme/pki.git")
	refs := func() string {
		return gitIn(t, l.clone, "for-each-ref") + gitIn(t, l.clone, "status", "--porcelain=v2")
	}
	before := refs()
	if _, got := l.parts("start", "anchor"); got.code != ExitFailed || !strings.Contains(got.stderr, "pr-print-start") || refs() != before {
		t.Errorf("start: code %d: %s", got.code, got.stderr)
	}
	path := filepath.Join(l.clone, filepath.FromSlash(l.state))
	move := func(args ...string) {
		l.at = l.at.Add(25 * time.Hour)
		if got := callAt(t, l.at, "", nil, append(args, "-s", path, "--assume", "DELIVERED-ELSEWHERE", "--because", "x")...); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		if got := call(t, "", nil, "sync", "-s", path); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
	}
	move("start", "anchor")
	before = refs()
	p, got := l.parts("--label", "pki,urgent")
	if p.Branch != "l5d-pki/prod-argocd/2-anchor-added" || !slices.Equal(p.Labels, []string{"pki", "urgent"}) || p.Draft ||
		!slices.Equal(p.Files, []string{"linkerd/pki/rotation.yaml", "linkerd/values/pki.yaml"}) || p.Trailers["L5d-Pki-Phase"] != "anchor-added" {
		t.Fatalf("%+v\n%s", p, got.stderr)
	}
	if strings.Contains(p.Body, "<details>") || strings.Contains(p.CommitMessage, "L5d-Pki-Base") || !strings.HasPrefix(p.CommitMessage, p.Title+"\n\n") {
		t.Errorf("body for Bitbucket, message for others:\n%s\n%s", p.Body, p.CommitMessage)
	}
	if again, _ := l.parts("--label", "pki,urgent"); again.Body != p.Body || refs() != before {
		t.Error("printing twice says two things, or changes something")
	}
	if p.Base != "main" || !strings.Contains(p.Body, "pr --guard --base main --state linkerd/pki/rotation.yaml") {
		t.Errorf("base %q", p.Base)
	}
	if github, _ := l.parts("--flavor", "github"); !strings.Contains(github.Body, "<details>") {
		t.Error("no body for GitHub")
	}
	commit(t, l.clone, "the move")
	next, got := l.parts("--assume", "BUNDLE-DELIVERED") // nothing is in the tree: what would be made
	if next.Branch != "l5d-pki/prod-argocd/3-anchor-spread" || !slices.Contains(next.Files, "apps/shop/web.yaml") {
		t.Errorf("the next one: %+v\n%s", next, got.stderr)
	}
	if left := gitIn(t, l.clone, "worktree", "list"); strings.Contains(left, "\n") {
		t.Errorf("left a tree: %s", left)
	}
}

// TestPrintFiles writes each part into a file of its own.
func TestPrintFiles(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	gitIn(t, l.clone, "pull", "-q")
	out := filepath.Join(t.TempDir(), "change")
	if _, got := l.parts("--assume", "BUNDLE-DELIVERED", "--out", out); got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	for name, want := range map[string]string{
		"branch": "l5d-pki/prod-argocd/3-anchor-spread\n", "title": "anchor-spread", "body.md": "What restarts", "labels": "l5d-pki\n",
		"commit-message": "L5d-Pki-Epoch: 3\n", "trailers": "L5d-Pki-Rotation: prod-argocd\nL5d-Pki-Phase: anchor-spread\n", "pull-request.json": `"branch"`,
	} {
		if text, err := os.ReadFile(filepath.Join(out, name)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s (%v): %s", name, err, text)
		}
	}
}

// TestCommitOnly makes commit and branch, pushes nothing, and is the same twice;
// it also works where there is no remote.
func TestCommitOnly(t *testing.T) {
	t.Parallel()
	l := land(t)
	out := filepath.Join(t.TempDir(), "change")
	r := l.pr("start", "anchor", "--commit-only", "--out", out)
	if r.Operation != plan.OpCommitted || gitIn(t, l.clone, "rev-parse", r.Branch) != r.Commit || strings.Contains(l.heads(), "l5d-pki") || len(l.wrote()) > 0 {
		t.Fatalf("%+v", r)
	}
	if body, err := os.ReadFile(filepath.Join(out, "body.md")); err != nil || !strings.Contains(string(body), "What changes") {
		t.Errorf("%v: %s", err, body)
	}
	l.at = l.at.Add(time.Hour)
	if again := l.pr("start", "anchor", "--commit-only"); again.Operation != plan.OpNone || again.Commit != r.Commit {
		t.Errorf("again: %+v", again)
	}
	gitIn(t, l.clone, "push", "-q", "origin", r.Branch)
	if opened := l.pr("start", "anchor"); opened.Operation != plan.OpCreated || opened.Pushed || opened.Commit != r.Commit {
		t.Errorf("opened: %+v", opened)
	}
	l.merge(r.Branch)
	gitIn(t, l.clone, "pull", "-q")
	gitIn(t, l.clone, "remote", "remove", "origin")
	next := l.pr("--commit-only", "--assume", "BUNDLE-DELIVERED")
	if next.Operation != plan.OpCommitted || next.Branch != "l5d-pki/prod-argocd/3-anchor-spread" || next.Base != "main" {
		t.Errorf("without a remote: %+v", next)
	}
	gitIn(t, l.clone, "checkout", "-q", next.Branch)
	l.edit(l.clone, "note.txt", func(string) string { return "x\n" })
	mine := gitIn(t, l.clone, "rev-parse", "HEAD")
	if left := l.pr("--commit-only", "--assume", "BUNDLE-DELIVERED", "--base", "main"); left.Operation != plan.OpLeft || gitIn(t, l.clone, "rev-parse", "HEAD") != mine {
		t.Errorf("over a commit of mine: %+v", left)
	}
}

// TestPRArguments: what is no move is said before anything is looked at.
func TestPRArguments(t *testing.T) {
	t.Parallel()
	l := land(t)
	for _, args := range [][]string{{"start"}, {"start", "nothing"}, {"go"}, {"advance", "anchor"}, {"--next", "advance"}, {"--guard", "back"}, {"--abandon"}, {"start", "anchor", "--to", "stable"}, {"start", "issuer", "--csr-out", "x"}} {
		l.refused("pr-arguments", args...)
	}
	l.refused("pr-no-base", "--base", "nowhere")
	l.refused("pr-no-head", "--guard", "--base", "main", "--head", "nowhere")
	l.state = "other/rotation.yaml"
	if err := os.MkdirAll(filepath.Join(l.clone, "other"), 0o755); err != nil {
		t.Fatal(err)
	}
	l.refused("pr-no-state")
	l.clone, l.state = t.TempDir(), "rotation.yaml"
	l.refused("pr-no-repository")
}

// TestPrintLinks: parts are not written through links that a commit may have made.
func TestPrintLinks(t *testing.T) {
	t.Parallel()
	l := land(t)
	outside := t.TempDir()
	for name, prepare := range map[string]func(){
		"a directory that is a link": func() { link(t, l.clone, outside, "change") },
		"a directory below a link":   func() { link(t, l.clone, outside, "up"); put(t, outside, "change/x", "x") },
		"a file that is a link": func() {
			put(t, l.clone, "change/x", "x")
			link(t, l.clone, "../linkerd/pki/rotation.yaml", "change/body.md")
		},
		"a file that is a directory": func() { put(t, l.clone, "change/title/x", "x") },
	} {
		gitIn(t, l.clone, "clean", "-qfdx")
		prepare()
		out := filepath.Join(l.clone, "change")
		if strings.Contains(name, "below") {
			out = filepath.Join(l.clone, "up", "change")
		}
		before := l.stateText(l.clone)
		_, got := l.parts("--assume", "BUNDLE-DELIVERED", "--out", out)
		left, _ := filepath.Glob(filepath.Join(outside, "*", "*.md"))
		more, _ := filepath.Glob(filepath.Join(outside, "*.md"))
		if got.code == ExitDone || len(left)+len(more) > 0 || l.stateText(l.clone) != before {
			t.Errorf("%s: code %d, %q: %s", name, got.code, append(left, more...), got.stderr)
		}
	}
}

// TestPrintRunsNothing: what talks to no remote runs no program that the repository's own
// settings name for one. Those of the user are asked what an alias stands for.
func TestPrintRunsNothing(t *testing.T) {
	t.Parallel()
	l := land(t)
	canary := filepath.Join(t.TempDir(), "ran")
	gitIn(t, l.clone, "remote", "set-url", "origin", "git@work:acme/pki.git")
	gitIn(t, l.clone, "config", "core.sshCommand", "echo >> "+canary+"; echo hostname github.com; :")
	l.moves(l.clone, "start anchor --strategy bundle --assume DELIVERED-ELSEWHERE")
	if got := l.run("pr", "--print", "-o", "json", "--assume", "BUNDLE-DELIVERED", "--because", "x"); got.code != ExitDone {
		t.Errorf("%d: %s", got.code, got.stderr)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("core.sshCommand of the repository ran")
	}
}

// TestPROutOfNothing: where no commit is made the files of --out go, those of an earlier run
// or of the branch that is checked out: `git push origin "$(cat out/branch)"` is typed behind it.
func TestPROutOfNothing(t *testing.T) {
	t.Parallel()
	l := land(t)
	out := filepath.Join(l.clone, "change")
	l.edit(l.clone, "change/branch", func(string) string { return "origin/theirs:refs/heads/main\n" })
	l.edit(l.clone, "change/mine", func(string) string { return "kept\n" })
	l.elsewhere(nil, func(string) { l.pr("start", "anchor") })
	if r := l.pr("start", "anchor", "--commit-only", "--out", out); r.Operation != plan.OpLeft {
		t.Fatalf("%+v", r)
	}
	left, err := os.ReadDir(out)
	if err != nil || len(left) != 1 || left[0].Name() != "mine" {
		t.Errorf("left: %v %v", left, err)
	}
}
