package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
)

// TestPRLineEnds: a clone that checks out other line ends than the commits have
// makes the same change, finds it again, and the guard finds nothing edited.
func TestPRLineEnds(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(t *testing.T, l *prLand, dir string){
		"autocrlf": func(t *testing.T, _ *prLand, dir string) { gitIn(t, dir, "config", "core.autocrlf", "true") },
		"attributes": func(_ *testing.T, l *prLand, dir string) {
			if strings.Contains(dir, "clone") {
				l.commitTo("main", func(dir string) {
					l.edit(dir, ".gitattributes", func(string) string { return "*.yaml text eol=crlf\n" })
				})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := land(t)
			set(t, l, l.clone)
			r := l.pr("start", "anchor")
			if text := gitIn(t, l.remote, "show", r.Branch+":"+l.state); strings.Contains(text, "\r") {
				t.Error("the state has other line ends")
			}
			l.at = l.at.Add(time.Hour)
			if again := l.pr("start", "anchor"); again.Operation != plan.OpNone {
				t.Errorf("again: %+v", again)
			}
			dir := l.job("origin/"+r.Branch, func(dir string) { set(t, l, dir) })
			if _, codes, out := l.guarded(dir); len(codes) > 0 {
				t.Errorf("guard: %q\n%s", codes, out)
			}
		})
	}
}

// TestPRSubmodule: a repository with a submodule, and a configuration that
// follows it everywhere.
func TestPRSubmodule(t *testing.T) {
	t.Setenv("GIT_ALLOW_PROTOCOL", "file")
	l := land(t)
	l.commitTo("main", func(dir string) {
		gitIn(t, dir, "submodule", "add", "-q", l.remote, "vendor/sub")
		gitIn(t, dir, "commit", "-q", "-m", "sub")
	})
	gitIn(t, l.clone, "pull", "-q")
	gitIn(t, l.clone, "submodule", "update", "--init", "-q")
	gitIn(t, l.clone, "config", "submodule.recurse", "true")
	r := l.pr("start", "anchor")
	if again := l.pr("start", "anchor"); r.Operation != plan.OpCreated || again.Operation != plan.OpNone {
		t.Errorf("%+v, again %+v", r, again)
	}
	if trees := gitIn(t, l.clone, "worktree", "list"); strings.Contains(trees, "\n") {
		t.Errorf("left a tree: %s", trees)
	}
	if status := gitIn(t, l.clone, "status", "--porcelain", "--untracked-files=no"); status != "" {
		t.Errorf("status %s", status)
	}
	l.guardBranch(r.Branch, ExitDone)
}

// TestPRShallow: a job with one commit of the history and no branch opens the
// pull request. When the base moved, a job that has the evidence itself makes it
// anew; one that has none leaves it, and takes nothing that the branch claims.
func TestPRShallow(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	job := func() {
		l.clone = filepath.Join(t.TempDir(), "job")
		gitIn(t, t.TempDir(), "clone", "-q", "--depth=1", "file://"+l.remote, l.clone)
		gitIn(t, l.clone, "checkout", "-q", "--detach")
	}
	job()
	first := l.pr("--assume", "BUNDLE-DELIVERED")
	l.commitTo("main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "x\n" }) })
	job()
	l.at = l.at.Add(time.Hour)
	if without := l.pr("--next"); without.Operation != plan.OpLeft || len(without.Needs) == 0 || l.head(first.Branch) != first.Commit {
		t.Errorf("without evidence: %+v", without)
	}
	moved := l.pr("--next", "--assume", "BUNDLE-DELIVERED")
	if first.Operation != plan.OpCreated || moved.Operation != plan.OpUpdated || moved.Number != first.Number || moved.Commit == first.Commit {
		t.Errorf("%+v, then %+v", first, moved)
	}
	if again := l.pr("--next"); again.Operation != plan.OpNone || again.Commit != moved.Commit {
		t.Errorf("again: %+v", again)
	}
	l.guardBranch(first.Branch, ExitDone)
}

// TestPRTwoStates: two states with one name have one branch between them. The
// second is told whose it is, and leaves it.
func TestPRTwoStates(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.commitTo("main", func(dir string) {
		text, err := os.ReadFile(filepath.Join(dir, l.state))
		if err != nil {
			t.Fatal(err)
		}
		s := string(text)
		l.edit(dir, "other/rotation.yaml", func(string) string { return s[:strings.Index(s, "  outputs:")] + s[strings.Index(s, "status:"):] })
	})
	first := l.pr("start", "anchor")
	gitIn(t, l.clone, "pull", "-q")
	l.state = "other/rotation.yaml"
	for _, args := range [][]string{{"start", "anchor"}, {"--next"}} {
		r := l.pr(args...)
		if r.Operation != plan.OpLeft || !strings.Contains(r.Why, "another state file than other/rotation.yaml") || l.head(first.Branch) != first.Commit {
			t.Errorf("%q: %+v", args, r)
		}
	}
}

// TestPRForeignClosed: a person closed the pull request and left a commit on its
// branch: nothing is minted for a change that could not be pushed.
func TestPRForeignClosed(t *testing.T) {
	t.Parallel()
	l := land(t)
	first := l.pr("start", "anchor")
	l.commitTo(first.Branch, func(dir string) { l.edit(dir, "note.txt", func(string) string { return "x\n" }) })
	theirs := l.head(first.Branch)
	l.forge.pulls[0].State = "closed"
	l.wrote()
	keys := l.keyFiles()
	if r := l.pr("start", "anchor"); r.Operation != plan.OpLeft || !slices.Equal(keys, l.keyFiles()) || l.head(first.Branch) != theirs || len(l.wrote()) > 0 {
		t.Errorf("%+v; keys %q", r, l.keyFiles())
	}
}

// TestPRSameInstant: two calls that opened a pull request each, as neither could
// see the other's, end with one open: the first.
func TestPRSameInstant(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.wrote()
	l.at = l.at.Add(time.Hour)
	other := forge.Pull{Title: "back", Head: "l5d-pki/prod-argocd/3-stable", Base: "main", State: "open", URL: "http://127.0.0.1/pulls/2"}
	l.forge.fail = func(call string, done bool) error {
		if call == "open" && !done && len(l.forge.pulls) == 1 {
			gitIn(t, l.remote, "branch", other.Head, "main")
			other.Number = 2
			l.forge.pulls = append(l.forge.pulls, other)
		}
		return nil
	}
	r := l.pr("--assume", "BUNDLE-DELIVERED")
	if r.Operation != plan.OpLeft || r.Number != 2 || !slices.Equal(r.Closed, []int{3}) || l.forge.pulls[1].State != "open" || l.forge.pulls[2].State != "closed" {
		t.Errorf("%+v; %+v", r, l.forge.pulls)
	}
	if w := l.wrote(); !slices.Equal(w, []string{"open", "comment", "update"}) {
		t.Errorf("wrote %q", w)
	}
	l.forge.fail, l.forge.pulls = nil, l.forge.pulls[:1]
	l.forge.fail = func(call string, done bool) error { // the other comes second
		if call == "open" && done && len(l.forge.pulls) == 2 {
			other.Number = 3
			l.forge.pulls = append(l.forge.pulls, other)
		}
		return nil
	}
	if r := l.pr("--assume", "BUNDLE-DELIVERED"); r.Operation != plan.OpCreated || r.Number != 2 || l.forge.pulls[1].State != "open" {
		t.Errorf("%+v; %+v", r, l.forge.pulls)
	}
}
