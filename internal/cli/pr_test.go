package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
)

// wholeRotation is an anchor rotation by bundle: the move and what is vouched for.
var wholeRotation = []struct {
	args   []string
	branch string
	wave   bool
	// reverts is how many changes cannot be undone at once any more.
	reverts string
}{
	{[]string{"start", "anchor"}, "l5d-pki/prod-argocd/2-anchor-added", false, ""},
	{[]string{"--assume", "BUNDLE-DELIVERED"}, "l5d-pki/prod-argocd/3-anchor-spread", true, ""},
	{[]string{"--assume", "BUNDLE-LOADED"}, "l5d-pki/prod-argocd/4-issuer-switched", false, "3 changes"},
	{[]string{"--assume", "ISSUER-LOADED"}, "l5d-pki/prod-argocd/5-issuer-spread", false, "4 changes"},
	{[]string{"--assume", "LEAVES-RENEWED"}, "l5d-pki/prod-argocd/6-anchor-dropped", false, "3 changes"},
	{[]string{"--assume", "BUNDLE-DELIVERED"}, "l5d-pki/prod-argocd/7-stable", true, "4 changes"},
}

// TestPRWholeRotation: from stable to stable, one pull request for each phase;
// each is found again, guarded, and merged; the user's own tree is not touched.
func TestPRWholeRotation(t *testing.T) {
	l := land(t)
	if err := os.WriteFile(filepath.Join(l.clone, "draft.txt"), []byte("mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	own := func() string {
		return gitIn(t, l.clone, "status", "--porcelain=v2", "--branch") + gitIn(t, l.clone, "for-each-ref", "refs/heads")
	}
	before := own()
	for i, step := range wholeRotation {
		l.at = l.at.Add(25 * time.Hour)
		r := l.pr(step.args...)
		if r.Operation != plan.OpCreated || r.Branch != step.branch || !r.Pushed || r.Number != i+1 || r.Commit != l.head(step.branch) {
			t.Fatalf("%v: %+v", step.args, r)
		}
		if w := l.wrote(); !slices.Equal(w, []string{"open"}) {
			t.Errorf("%v: the forge was written to: %q", step.args, w)
		}
		checkSamePR(t, l, step.args, r)
		l.refused("pr-open", "back")
		pull := l.forge.pulls[i]
		if wave := strings.Contains(pull.Body, "every meshed workload restarts**"); wave != step.wave {
			t.Errorf("%s: the text says wave: %v\n%s", step.branch, wave, pull.Body)
		}
		if refused := strings.Contains(pull.Body, "at once is **not safe** from "+step.reverts); !refused && step.reverts != "" || strings.Contains(pull.Body, "before is not safe") {
			t.Errorf("%s: verdicts on the way back, want %q:\n%s", step.branch, step.reverts, pull.Body)
		}
		checkNoSecret(t, pull.Body)
		said := pull.Body + l.guardBranch(step.branch, ExitDone).out
		last := strings.HasSuffix(step.branch, "-stable")
		if strings.Count(said, "there is no way back from here but a new rotation") != 2*count(last) || strings.Contains(said, "is safe right after the merge") == last {
			t.Errorf("%s: the way back: %s", step.branch, said)
		}
		l.merge(step.branch)
	}
	if after := own(); after != before {
		t.Errorf("the user's tree, index or branches changed:\n%s\nwas\n%s", after, before)
	}
	if s := l.stateOf("main"); s.Status.Epoch != 7 || s.Status.Phase != "stable" || s.Status.Rotation != nil {
		t.Errorf("ends at epoch %d, phase %s", s.Status.Epoch, s.Status.Phase)
	}
	if len(l.forge.pulls) != len(wholeRotation) {
		t.Errorf("%d pull requests", len(l.forge.pulls))
	}
}

// checkSamePR: run twice, with later clocks and other random bytes, nothing changes.
func checkSamePR(t *testing.T, l *prLand, args []string, first plan.Report) {
	t.Helper()
	at, heads := l.at, l.heads()
	defer func() { l.at = at }()
	l.at = l.at.Add(3 * time.Hour)
	again := l.pr(args...)
	if again.Operation != plan.OpNone || again.Pushed || again.Commit != first.Commit || again.Number != first.Number || l.heads() != heads || len(l.wrote()) > 0 {
		t.Errorf("%v again: %+v", args, again)
	}
	if bare := l.pr(args[:min(len(args), 2)]...); args[0] == "start" && bare.Operation != plan.OpNone {
		t.Errorf("%v without what was vouched for: %+v", args, bare)
	}
}

// guardBranch checks out a branch as a CI job does and runs the guard there.
func (l *prLand) guardBranch(branch string, code int) result {
	l.t.Helper()
	job := filepath.Join(l.t.TempDir(), "job")
	gitIn(l.t, l.t.TempDir(), "clone", "-q", l.remote, job)
	gitIn(l.t, job, "checkout", "-q", "--detach", "origin/"+branch)
	clone := l.clone
	l.clone = job
	defer func() { l.clone = clone }()
	got := l.run("pr", "--guard", "--base", "main")
	if got.code != code {
		l.t.Errorf("guard of %s: code %d, want %d: %s%s", branch, got.code, code, got.out, got.stderr)
	}
	return got
}

// TestPRBaseMoves: the change is made anew on the new base, with the same
// certificates and the same instant, also when the base was rewritten.
func TestPRBaseMoves(t *testing.T) {
	l := land(t)
	first := l.pr("start", "anchor")
	was := l.stateOf(first.Branch)
	other := func(dir string) { l.edit(dir, "README.md", func(string) string { return "more\n" }) }
	rewrite := func(dir string) {
		gitIn(t, dir, "commit", "-q", "--amend", "-m", "rewritten")
	}
	output := func(dir string) { // the state's outputs change: the files are written anew
		l.edit(dir, l.state, func(s string) string {
			return strings.Replace(s, "../values/pki.yaml", "../values/linkerd-pki.yaml", 1)
		})
		gitIn(t, dir, "mv", "linkerd/values/pki.yaml", "linkerd/values/linkerd-pki.yaml")
		gitIn(t, dir, "commit", "-q", "-m", "move the file")
	}
	for i, work := range []func(string){other, rewrite, output} {
		l.at = l.at.Add(time.Hour)
		l.wrote()
		l.commitTo("main", work)
		r := l.pr("start", "anchor")
		if r.Operation != plan.OpUpdated || !r.Pushed || r.Number != 1 || r.Commit == first.Commit {
			t.Fatalf("change %d: %+v", i, r)
		}
		if parent := gitIn(t, l.remote, "rev-parse", r.Commit+"^"); parent != l.head("main") {
			t.Errorf("change %d: made on %s, the base is %s", i, parent, l.head("main"))
		}
		if is := l.stateOf(r.Branch); is.Status.Log[len(is.Status.Log)-1].Digest() != was.Status.Log[len(was.Status.Log)-1].Digest() || is.Status.Anchors[1] != was.Status.Anchors[1] {
			t.Errorf("change %d: the move was made anew: %v", i, is.Status.Log)
		}
		if w := l.wrote(); len(w) > 1 {
			t.Errorf("change %d: the forge was written to: %q", i, w)
		}
	}
	l.guardBranch(first.Branch, ExitDone)
}

// TestPRForeignCommits: whatever somebody else does to the branch stays.
func TestPRForeignCommits(t *testing.T) {
	for name, work := range map[string]func(l *prLand, dir string){
		"a commit on top": func(l *prLand, dir string) { l.edit(dir, "note.txt", func(string) string { return "x\n" }) },
		"an amended commit": func(l *prLand, dir string) {
			l.edit(dir, "linkerd/values/pki.yaml", func(s string) string { return s + "# mine\n" })
			gitIn(l.t, dir, "reset", "-q", "--soft", "HEAD^^")
			gitIn(l.t, dir, "commit", "-q", "-C", "origin/l5d-pki/prod-argocd/2-anchor-added")
		},
		"a commit below": func(l *prLand, dir string) {
			gitIn(l.t, dir, "reset", "-q", "--hard", "HEAD^")
			l.edit(dir, "note.txt", func(string) string { return "x\n" })
			gitIn(l.t, dir, "cherry-pick", "origin/l5d-pki/prod-argocd/2-anchor-added")
		},
		"a merge": func(l *prLand, dir string) {
			gitIn(l.t, dir, "checkout", "-q", "-b", "side", "origin/main")
			l.edit(dir, "note.txt", func(string) string { return "x\n" })
			gitIn(l.t, dir, "checkout", "-q", "l5d-pki/prod-argocd/2-anchor-added")
			gitIn(l.t, dir, "merge", "-q", "--no-ff", "-m", "merge", "side")
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := land(t)
			first := l.pr("start", "anchor")
			l.commitTo(first.Branch, func(dir string) { work(l, dir) })
			theirs := l.head(first.Branch)
			l.commitTo("main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "more\n" }) })
			l.wrote()
			for i, args := range [][]string{{"start", "anchor"}, {"--next"}} {
				r := l.pr(args...)
				if r.Operation != plan.OpLeft || r.Pushed || l.head(first.Branch) != theirs || (len(l.wrote()) > 0) != (i == 0) || !strings.Contains(r.Why, theirs[:12]) {
					t.Errorf("%v: %+v", args, r)
				}
				l.warnedOf(r) // whatever the mark says: the text was not written for this commit
			}
		})
	}
}

// TestPRUpdateByRebase: a branch that was only put onto the newer base holds
// nothing of somebody else's.
func TestPRUpdateByRebase(t *testing.T) {
	l := land(t)
	first := l.pr("start", "anchor")
	l.commitTo("main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "more\n" }) })
	l.commitTo(first.Branch, func(dir string) { gitIn(t, dir, "rebase", "-q", "origin/main") })
	l.commitTo("main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "still more\n" }) })
	if r := l.pr("start", "anchor"); r.Operation != plan.OpUpdated || !r.Pushed {
		t.Errorf("%+v", r)
	}
}

// TestPRSuperseded: what the base has passed is closed, and says so.
func TestPRSuperseded(t *testing.T) {
	l := land(t)
	first := l.pr("start", "anchor")
	l.commitTo("main", func(dir string) {
		gitIn(t, dir, "merge", "-q", "--squash", "origin/"+first.Branch)
		gitIn(t, dir, "commit", "-q", "-m", "by hand")
	})
	l.wrote()
	r := l.pr("--assume", "BUNDLE-DELIVERED")
	if !slices.Equal(r.Closed, []int{1}) || r.Operation != plan.OpCreated || l.forge.pulls[0].State != "closed" || !strings.HasSuffix(l.forge.pulls[0].Title, plan.SupersededTitle) {
		t.Errorf("%+v; the first is %+v", r, l.forge.pulls[0])
	}
	if w := l.wrote(); !slices.Equal(w, []string{"comment", "update", "open"}) {
		t.Errorf("writes %q", w)
	}
}

// TestPRInterrupted: a server that dies when the work is done, or before, leaves
// nothing that the next run does not find.
func TestPRInterrupted(t *testing.T) {
	for _, done := range []bool{false, true} {
		l := land(t)
		died := errors.New("the server died")
		l.forge.fail = func(call string, after bool) error {
			if after == done {
				return died
			}
			return nil
		}
		got := l.run("pr", "start", "anchor", "--assume", "DELIVERED-ELSEWHERE", "--because", "x")
		if got.code != ExitFailed || !strings.Contains(got.stderr, died.Error()) {
			t.Fatalf("code %d: %s%s", got.code, got.out, got.stderr)
		}
		branch := "l5d-pki/prod-argocd/2-anchor-added"
		commit := l.head(branch)
		l.forge.fail, l.forge.writes = nil, nil
		r := l.pr("start", "anchor")
		if r.Commit != commit || r.Pushed || len(l.forge.pulls) != 1 || r.Number != 1 {
			t.Errorf("died with the work done %v: then %+v, %d pull requests", done, r, len(l.forge.pulls))
		}
	}
}

// TestPRPushFails: keys that were minted for a push that failed are used by the
// next run.
func TestPRPushFails(t *testing.T) {
	l := land(t)
	hook := filepath.Join(l.remote, "hooks", "pre-receive")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\necho closed for today >&2\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	l.refused("pr-git", "start", "anchor")
	keys, _ := filepath.Glob(filepath.Join(l.clone, "linkerd/pki/keys/*"))
	if len(keys) == 0 {
		t.Fatal("no keys were minted: the test tests nothing")
	}
	if err := os.Remove(hook); err != nil {
		t.Fatal(err)
	}
	l.at = l.at.Add(time.Hour)
	r := l.pr("start", "anchor")
	again, _ := filepath.Glob(filepath.Join(l.clone, "linkerd/pki/keys/*"))
	if r.Operation != plan.OpCreated || !slices.Equal(keys, again) {
		t.Errorf("%+v; keys %q, then %q", r, keys, again)
	}
}

// TestPRKeysAreTakenBack: a move that nothing comes of leaves no keys.
func TestPRKeysAreTakenBack(t *testing.T) {
	l := land(t)
	l.commitTo("main", func(dir string) { // an output that cannot be written
		l.edit(dir, "linkerd/values/pki.yaml", func(string) string { return "somebody's own\n" })
	})
	l.refused("sync-foreign", "start", "anchor")
	if keys, _ := filepath.Glob(filepath.Join(l.clone, "linkerd/pki/keys/*")); len(keys) > 0 {
		t.Errorf("left %q", keys)
	}
	if strings.Contains(l.heads(), "l5d-pki") {
		t.Errorf("pushed %s", l.heads())
	}
}

// TestPRCommit: the message has the trailers, the dates are those of the log,
// and the tree holds no key.
func TestPRCommit(t *testing.T) {
	l := land(t)
	r := l.pr("start", "anchor", "--why", "the yearly one")
	body := gitIn(t, l.remote, "log", "-1", "--format=%at %ct%n%B", r.Commit)
	for _, want := range []string{"1780315200 1780315200\n", "linkerd-pki(prod-argocd): anchor-added, step 1 of 6 of the anchor rotation by bundle", "the yearly one",
		"L5d-Pki-Rotation: prod-argocd", "L5d-Pki-Phase: anchor-added", "L5d-Pki-Epoch: 2", "L5d-Pki-State-Sha256: ", "L5d-Pki-Base: " + l.head("main")} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in:\n%s", want, body)
		}
	}
	for _, line := range strings.Split(body, "\n") {
		if len(line) > 120 {
			t.Errorf("a long line in the message: %s", line)
		}
	}
	if files := gitIn(t, l.remote, "show", "--format=", "--name-only", r.Commit); files != "linkerd/pki/rotation.yaml\nlinkerd/values/pki.yaml" {
		t.Errorf("files %q", files)
	}
}

// TestPRDryRun writes nothing anywhere.
func TestPRDryRun(t *testing.T) {
	l := land(t)
	heads := l.heads()
	for _, args := range [][]string{{"start", "anchor", "--dry-run"}, {"--next", "--start-before", "99%", "--keys-dir", t.TempDir(), "--dry-run"}} {
		if r := l.pr(args...); !r.DryRun || r.Operation != plan.OpCreated || r.Commit != "" {
			t.Errorf("%q: %+v", args, r)
		}
	}
	if keys, _ := filepath.Glob(filepath.Join(l.clone, "linkerd/pki/keys/*")); len(keys) > 0 || l.heads() != heads || len(l.wrote()) > 0 {
		t.Error("something was written")
	}
}

// TestPRDraft: opened before its gate is open as a draft that the guard
// refuses; made anew with the evidence, it is ready.
func TestPRDraft(t *testing.T) {
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(time.Hour)
	l.refused("rotation-unmet")
	r := l.pr("--draft-until-gate")
	if r.Operation != plan.OpCreated || !r.Draft || !l.forge.pulls[1].Draft || !strings.Contains(l.forge.pulls[1].Body, "the gate is shut") {
		t.Fatalf("%+v", r)
	}
	if got := l.guardBranch(r.Branch, ExitFailed); !strings.Contains(got.out, "prepared before its gate was open") {
		t.Errorf("guard: %s", got.out)
	}
	l.at = l.at.Add(time.Hour)
	l.wrote()
	if again := l.pr("--draft-until-gate"); again.Operation != plan.OpNone || len(l.wrote()) > 0 || strings.Contains(again.Why, "merge it") || len(again.Needs) == 0 {
		t.Errorf("again: %+v", again)
	}
	ready := l.pr("--draft-until-gate", "--assume", "BUNDLE-DELIVERED")
	if ready.Operation != plan.OpUpdated || ready.Draft || l.forge.pulls[1].Draft || ready.Number != 2 || strings.Contains(l.forge.pulls[1].Body, "gate is shut") {
		t.Errorf("with evidence: %+v", ready)
	}
	l.guardBranch(r.Branch, ExitDone)
}

// TestPRText: what a person wrote before or behind a text that is still right stays; what
// was changed in it is brought back.
func TestPRText(t *testing.T) {
	l := land(t)
	l.pr("start", "anchor")
	l.forge.pulls[0].Body = "Looked at by me.\r\n" + strings.ReplaceAll(l.forge.pulls[0].Body, "\n", "\r\n")
	l.wrote()
	if r := l.pr("start", "anchor"); r.Operation != plan.OpNone || len(l.wrote()) > 0 {
		t.Errorf("%+v", r)
	}
	for _, edit := range []func(*forge.Pull){
		func(p *forge.Pull) { p.Body = strings.Replace(p.Body, "What changes", "Run this first", 1) },
		func(p *forge.Pull) { p.Title = "harmless" },
	} {
		edit(&l.forge.pulls[0])
		if r := l.pr("start", "anchor"); r.Operation != plan.OpUpdated || !strings.Contains(l.forge.pulls[0].Body, "What changes") || l.forge.pulls[0].Title == "harmless" {
			t.Errorf("edited: %+v", r)
		}
	}
	l.forge.pulls[0].Body = "gone"
	if r := l.pr("start", "anchor"); r.Operation != plan.OpUpdated || !strings.Contains(l.forge.pulls[0].Body, "What changes") {
		t.Errorf("%+v", r)
	}
}

// TestPRLayouts: whatever the outputs are, a pull request holds them all, and the
// guard finds them as the state says.
func TestPRLayouts(t *testing.T) {
	program := chartProgramForTests(t)
	for _, layout := range gitopsLayouts[1:] {
		l := landIn(t, layout.name, layout.state)
		l.env["L5D_PKI_CHART_PROGRAM"] = program
		for i, args := range [][]string{{"start", "anchor"}, {"--assume", "BUNDLE-DELIVERED"}} {
			r := l.pr(args...)
			want := slices.Sorted(slices.Values(append(slices.Clone(layout.steps[i].files), layout.state)))
			if files := strings.Fields(gitIn(t, l.remote, "show", "--format=", "--name-only", r.Commit)); !slices.Equal(files, want) {
				t.Errorf("%s: %v changes %q, want %q", layout.name, args, files, want)
			}
			l.guardBranch(r.Branch, ExitDone)
			l.merge(r.Branch)
			l.at = l.at.Add(25 * time.Hour)
		}
	}
}
