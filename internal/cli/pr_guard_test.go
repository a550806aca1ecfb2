package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
)

// job is a clone at a branch, as a CI job has it, where work is done before the
// guard looks.
func (l *prLand) job(from string, work func(dir string)) (dir string) {
	l.t.Helper()
	dir = filepath.Join(l.t.TempDir(), "job")
	gitIn(l.t, l.t.TempDir(), "clone", "-q", l.remote, dir)
	gitIn(l.t, dir, "checkout", "-q", "--detach", from)
	work(dir)
	return dir
}

// guarded runs the guard in a job and gives exit code, codes and texts.
func (l *prLand) guarded(dir string, args ...string) (code int, codes []string, out string) {
	l.t.Helper()
	clone := l.clone
	l.clone = dir
	defer func() { l.clone = clone }()
	got := l.run(append([]string{"pr", "--guard", "--base", "main", "-o", "json"}, args...)...)
	var r struct {
		Safe     bool
		Findings []struct{ Code, Text, File string }
	}
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		l.t.Fatalf("%v: code %d: %s%s", err, got.code, got.out, got.stderr)
	}
	for _, f := range r.Findings {
		codes = append(codes, f.Code)
	}
	if r.Safe != (got.code == ExitDone) || r.Safe != (len(codes) == 0) {
		l.t.Errorf("safe %v, code %d, findings %v", r.Safe, got.code, codes)
	}
	checkNoSecret(l.t, got.out)
	return got.code, codes, got.out
}

// squashed makes one commit of all that a job did.
func (l *prLand) squashed(dir, base string) {
	l.t.Helper()
	gitIn(l.t, dir, "reset", "-q", "--soft", base)
	gitIn(l.t, dir, "commit", "-q", "-m", "squashed")
}

// vouch makes moves by hand in a clone and commits each.
func (l *prLand) moves(dir string, moves ...string) {
	l.t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(l.state))
	for _, m := range moves {
		l.at = l.at.Add(25 * time.Hour)
		args := append(strings.Fields(m), "-s", path, "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")
		if got := callAt(l.t, l.at, "", nil, args...); got.code != ExitDone {
			l.t.Fatalf("%s: %s", m, got.stderr)
		}
		if got := call(l.t, "", nil, "sync", "-s", path); got.code != ExitDone {
			l.t.Fatalf("sync: %s", got.stderr)
		}
		gitIn(l.t, dir, "add", "-A")
		gitIn(l.t, dir, "commit", "-q", "-m", m)
	}
}

// TestGuard: what a reviewer must not merge, and what the guard says of it.
func TestGuard(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.commitTo("main", func(dir string) {
		l.moves(dir, "start anchor", "advance --assume BUNDLE-DELIVERED", "advance --assume BUNDLE-LOADED", "advance --assume ISSUER-LOADED", "advance --assume LEAVES-RENEWED")
	})
	l.at = l.at.Add(time.Hour)
	// main: begin, anchor-added, anchor-spread, issuer-switched, issuer-spread, anchor-dropped
	revert := func(n int) func(string) {
		return func(dir string) {
			gitIn(t, dir, "revert", "--no-edit", "-n", "HEAD~"+string(rune('0'+n))+"..HEAD")
			gitIn(t, dir, "commit", "-q", "-m", "revert")
		}
	}
	for name, c := range map[string]struct {
		work func(dir string)
		want []string
		says string
	}{
		"nothing of ours": {func(dir string) { l.edit(dir, "README.md", func(string) string { return "x\n" }) }, nil, "no change of phase"},
		"the next phase":  {func(dir string) { l.moves(dir, "advance --assume BUNDLE-DELIVERED") }, nil, "every meshed workload restarts"},
		"one phase back":  {func(dir string) { l.moves(dir, "back") }, nil, `"to": "issuer-spread"`},
		"a shorter leaf": {func(dir string) {
			l.edit(dir, l.state, func(s string) string {
				return strings.Replace(s, "  outputs:\n", "  leaf: {lifetime: 1h}\n  outputs:\n", 1)
			})
		}, []string{"guard-spec"}, "edits what the gate judges by**: spec.leaf"},
		"a longer leaf": {func(dir string) {
			l.edit(dir, l.state, func(s string) string {
				return strings.Replace(s, "  outputs:\n", "  leaf: {lifetime: 48h}\n  outputs:\n", 1)
			})
		}, nil, "edits what the gate judges by**: spec.leaf"},
		"a revert":        {revert(1), []string{"guard-epoch-falls"}, "pr back"},
		"a double revert": {revert(2), []string{"guard-revert"}, "reverting 2 changes at once"},
		"a triple revert": {revert(3), []string{"guard-revert"}, "does not verify"},
		"an edited output": {func(dir string) {
			l.edit(dir, "linkerd/values/pki.yaml", func(s string) string { return s + "# mine\n" })
		}, []string{"guard-output-edited"}, "linkerd/values/pki.yaml"},
		"an unstamped store": {func(dir string) {
			l.edit(dir, "apps/shop/store.yaml", func(s string) string { return strings.Replace(s, "l5d-pki-render/rollout", "rollout", 1) })
		}, []string{"guard-output-edited"}, "apps/shop/store.yaml"},
		"a missing output": {func(dir string) {
			gitIn(t, dir, "rm", "-q", "linkerd/values/pki.yaml")
			gitIn(t, dir, "commit", "-q", "-m", "rm")
		}, []string{"guard-output-missing"}, "linkerd/values/pki.yaml"},
		"a log entry changed": {func(dir string) {
			l.edit(dir, l.state, func(s string) string {
				i := strings.LastIndex(s, "because: ")
				return s[:i] + "because: honestly\n" + s[i+strings.Index(s[i:], "\n")+1:]
			})
		}, []string{"state-log-rewritten"}, "log"},
		"a stamp by hand": {func(dir string) {
			l.edit(dir, l.state, func(s string) string {
				i := strings.Index(s, "stamp: ")
				return s[:i] + "stamp: 0123456789abcdef" + s[i+strings.Index(s[i:], "\n"):]
			})
		}, []string{"guard-by-hand", "guard-output-edited", "guard-output-edited"}, "no move was made"},
		"a damaged state": {func(dir string) {
			l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "phase: anchor-dropped", "phase: anchor-added", 1) })
		}, []string{"state-leaves", "state-log-end"}, "phase"},
		"no state":       {func(dir string) { gitIn(t, dir, "rm", "-q", l.state); gitIn(t, dir, "commit", "-q", "-m", "rm") }, []string{"guard-state-gone"}, "removes the state"},
		"a key in clear": {func(dir string) { l.addKey(dir); gitIn(t, dir, "commit", "-q", "-m", "key") }, []string{"guard-key"}, "secret.yaml"},
		"a key in clear that was taken away again": {func(dir string) {
			l.addKey(dir)
			gitIn(t, dir, "commit", "-q", "-m", "key")
			gitIn(t, dir, "rm", "-q", "secret.yaml")
			gitIn(t, dir, "commit", "-q", "-m", "no key")
		}, []string{"guard-key"}, "secret.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			at := l.at
			defer func() { l.at = at }()
			dir := l.job("origin/main", c.work)
			_, codes, out := l.guarded(dir)
			if !slices.Equal(codes, c.want) || !strings.Contains(out, c.says) {
				t.Errorf("says %q, want %q, with %q:\n%s", codes, c.want, c.says, out)
			}
			if left := gitIn(t, dir, "worktree", "list"); strings.Contains(left, "\n") {
				t.Errorf("left a tree: %s", left)
			}
		})
	}
}

// TestGuardSkip: two phases in one change, where the gate of the second is
// open only because the log says what was never applied.
func TestGuardSkip(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.commitTo("main", func(dir string) { l.moves(dir, "start anchor") })
	dir := l.job("origin/main", func(dir string) { l.moves(dir, "advance --assume BUNDLE-DELIVERED", "advance --assume BUNDLE-LOADED") })
	if _, codes, out := l.guarded(dir); !slices.Equal(codes, []string{"rotation-skip", "guard-intermediate"}) || !strings.Contains(out, "epoch 2 to 4, with 2 new log entries") {
		t.Errorf("%q\n%s", codes, out)
	}
}

func (l *prLand) addKey(dir string) {
	l.t.Helper()
	key, err := os.ReadFile(filepath.Join(fixtures, "pki", "issuer-2026-1.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "secret.yaml"), append([]byte("key: |\n  "), strings.ReplaceAll(string(key), "\n", "\n  ")...), 0o600)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	gitIn(l.t, dir, "add", "-f", "secret.yaml")
}

// TestGuardWithoutEvidence: a move whose words were taken out of the log, or
// that never had any, is judged by what there is.
func TestGuardWithoutEvidence(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.commitTo("main", func(dir string) { l.moves(dir, "start anchor", "advance --assume BUNDLE-DELIVERED") })
	dir := l.job("origin/main", func(dir string) { l.moves(dir, "advance --assume BUNDLE-LOADED") })
	if code, codes, out := l.guarded(dir); code != ExitDone {
		t.Errorf("with the word of the log: %q\n%s", codes, out)
	}
	// The same move with the words of another: the log's chain fits, the gate does not open.
	l.edit(dir, l.state, func(s string) string {
		return strings.Replace(s, "code: BUNDLE-LOADED", "code: WAVE-DONE", 1)
	})
	l.squashed(dir, "origin/main")
	_, codes, out := l.guarded(dir)
	if !slices.Contains(codes, "rotation-g1") || !slices.Contains(codes, "rotation-unmet") || !strings.Contains(out, "does not verify chain") {
		t.Errorf("without it: %q\n%s", codes, out)
	}
	if code, codes, _ := l.guarded(dir, "--assume", "BUNDLE-LOADED", "--because", "the job looked"); code != ExitDone {
		t.Errorf("with the word of the job: %q", codes)
	}
}

// TestGuardOldBranch: a branch that began before the base moved is judged by
// what a merge would give, and one that conflicts by nothing else.
func TestGuardOldBranch(t *testing.T) {
	t.Parallel()
	l := land(t)
	old := l.head("main")
	dir := l.job(old, func(dir string) { l.edit(dir, "README.md", func(string) string { return "x\n" }) })
	clash := l.job(old, func(dir string) { l.moves(dir, "start anchor --name other") })
	l.commitTo("main", func(dir string) { l.moves(dir, "start anchor") })
	if code, codes, out := l.guarded(dir); code != ExitDone {
		t.Errorf("a change of something else: %q\n%s", codes, out)
	}
	if _, codes, out := l.guarded(clash); !slices.Equal(codes, []string{"guard-conflict"}) {
		t.Errorf("a second move: %q\n%s", codes, out)
	}
}

// TestGuardComment: one comment, written over, without a clock; a forge that
// refuses it changes no verdict.
func TestGuardComment(t *testing.T) {
	t.Parallel()
	l := land(t)
	r := l.pr("start", "anchor")
	dir := l.job("origin/"+r.Branch, func(string) {})
	l.env = map[string]string{"GITHUB_BASE_REF": "main", "GITHUB_REF": "refs/pull/1/merge", "GITHUB_STEP_SUMMARY": filepath.Join(t.TempDir(), "summary")}
	l.wrote()
	for range 3 {
		l.at = l.at.Add(time.Hour)
		if code, codes, out := l.guarded(dir); code != ExitDone {
			t.Fatalf("%q\n%s", codes, out)
		}
	}
	if w := l.wrote(); !slices.Equal(w, []string{"comment"}) {
		t.Errorf("three runs wrote %q", w)
	}
	for key, body := range l.forge.comments {
		if !strings.HasPrefix(key, "1 <!-- l5d-pki-render guard") || !strings.Contains(body, "may be merged") || !strings.Contains(body, "trust bundle: 2025 `794d081c` → 2025 `794d081c`, 2026") || !strings.HasSuffix(key, strings.TrimSpace(body[strings.LastIndex(body, "<!--"):])) {
			t.Errorf("%s:\n%s", key, body)
		}
	}
	if summary, _ := os.ReadFile(l.env["GITHUB_STEP_SUMMARY"]); !strings.Contains(string(summary), "may be merged") {
		t.Errorf("summary %q", summary)
	}
	other := l.job("origin/main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "x\n" }) })
	if code, codes, _ := l.guarded(other); code != ExitDone || len(l.wrote()) > 0 {
		t.Errorf("a change of something else: %q, and a comment", codes)
	}
	undone := l.job("origin/main", func(dir string) {
		l.edit(dir, "linkerd/values/pki.yaml", func(s string) string { return s + "# x\n" })
		gitIn(t, dir, "revert", "--no-edit", "HEAD")
	})
	if _, codes, _ := l.guarded(undone); !slices.Equal(codes, []string{"guard-intermediate"}) || len(l.wrote()) != 1 {
		t.Errorf("an edit that was taken back: %q, or no comment over the one before", codes)
	}
	l.forge.comments, l.forge.fail = map[string]string{}, func(string, bool) error { return os.ErrPermission }
	if code, codes, _ := l.guarded(dir); code != ExitDone {
		t.Errorf("a forge that refuses: %q", codes)
	}
}

// TestGuardShallow: a clone whose history was cut off is told so.
func TestGuardShallow(t *testing.T) {
	t.Parallel()
	l := land(t)
	r := l.pr("start", "anchor")
	l.commitTo("main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "x\n" }) })
	dir := filepath.Join(t.TempDir(), "job")
	gitIn(t, t.TempDir(), "clone", "-q", "--depth=1", "--branch", r.Branch, "file://"+l.remote, dir)
	l.clone = dir
	got := l.run("pr", "--guard", "--base", "main")
	if got.code != ExitFailed || !strings.Contains(got.stderr, "fetch-depth: 0") {
		t.Errorf("code %d: %s%s", got.code, got.out, got.stderr)
	}
}

// observation is a file that says that the control plane delivers the bundle of
// the state at main.
func (l *prLand) observation() (file string) {
	l.t.Helper()
	bundle := ""
	for _, a := range l.stateOf("main").Status.Anchors {
		bundle += "  - " + fingerprintOf(l.t, a.Certificate) + "\n"
	}
	in := strings.ReplaceAll(bundle, "  - ", "    - ")
	text := "apiVersion: l5d-pki-render/v1alpha1\nkind: Observation\ncluster: prod-argocd\nat: 2026-06-01T12:30:00Z\ncovers: [control-plane]\ncontrolPlane:\n  trustRoots:\n" + bundle + "  injectors:\n  - pod: injector-0\n    bundle:\n" + in
	file = filepath.Join(l.t.TempDir(), "observation.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return file
}

// TestGuardEvidence: an observation that came with the change opens the gate.
func TestGuardEvidence(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(time.Hour)
	file := l.observation()
	r := l.pr("--evidence", file)
	if files := gitIn(t, l.remote, "show", "--format=", "--name-only", r.Commit); !strings.Contains(files, "linkerd/pki/evidence/prod-argocd-prod-argocd-20260601T123000Z.yaml") {
		t.Errorf("files %q", files)
	}
	l.guardBranch(r.Branch, ExitDone)
	if again := l.pr(); again.Operation != plan.OpNone || again.Commit != r.Commit {
		t.Errorf("again, without the file: %+v", again)
	}
	l.commitTo("main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "x\n" }) })
	if moved := l.pr(); moved.Operation != plan.OpUpdated {
		t.Errorf("on a newer base: %+v", moved)
	}
	l.guardBranch(r.Branch, ExitDone)
	l.merge(r.Branch)
	next := l.pr("--assume", "BUNDLE-LOADED", "--force")
	if files := gitIn(t, l.remote, "ls-tree", "-r", "--name-only", next.Commit, "linkerd/pki/evidence"); !strings.Contains(files, "20260601T123000Z.yaml") {
		t.Errorf("the evidence of the move before, from which waits are counted, is gone: %q", files)
	}
	l.guardBranch(next.Branch, ExitDone) // what was live then contradicts no word of now
}
