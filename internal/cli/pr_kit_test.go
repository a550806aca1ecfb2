package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/argocd"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestMain keeps the configuration of Git that people have away from all tests
// at once, so that those which wait for git processes can run side by side. The
// collector of garbage would take a third of the processor time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	if os.Getenv(argocd.ConfinedVariable) != "" && slices.Equal(os.Args[1:], []string{"cmp", "generate"}) { // a test is this child's parent
		os.Exit(Main(os.Args[1:], World{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now}))
	}
	os.Exit(testkit.InMemory(func() int { return withGitConfig(func() int { return testkit.OwnCache(m.Run) }) }))
}

func withGitConfig(run func() int) int {
	dir, err := os.MkdirTemp("", "gitconfig")
	file := filepath.Join(dir, "gitconfig")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		err = os.WriteFile(file, []byte("[user]\nname = Test\nemail = test@example.com\n[commit]\ngpgsign = false\n"), 0o600)
	}
	for name, value := range map[string]string{"GIT_CONFIG_GLOBAL": file, "GIT_CONFIG_SYSTEM": os.DevNull,
		"GIT_COMMITTER_DATE": "2026-06-01T11:00:00Z"} { // before the moves of prLand: the guard compares both
		if err == nil {
			err = os.Setenv(name, value)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return run()
}

// fakeForge is a forge in memory. It counts what is written.
type fakeForge struct {
	kind     string
	pulls    []forge.Pull
	comments map[string]string // by number and marker
	writes   []string
	// fail, if set, is asked before and after each writing call; an error after
	// it stands for a server that dies when the work is done.
	fail func(call string, done bool) error
	// repo is where its branches are; pulls follow them, but those without a branch.
	repo string
	// still: it follows no push any more.
	still bool
}

// of is the forge at an address.
func (f *fakeForge) of(address string) *fakeForge {
	f.repo = strings.TrimPrefix(address, "file://")
	return f
}

// follow gives open pulls the commits that their branches have; one whose branch is gone
// keeps what it had.
func (f *fakeForge) follow() {
	heads, err := tryGit(f.repo, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads")
	if err != nil || f.still {
		return
	}
	for line := range strings.Lines(heads) {
		branch, commit, _ := strings.Cut(strings.TrimSpace(line), " ")
		for i := range f.pulls {
			if p := &f.pulls[i]; p.State == "open" && p.Head == branch && !p.NoBranch {
				p.HeadSHA = commit
			}
		}
	}
}

func (f *fakeForge) Name() string { return f.kind }

func (f *fakeForge) List(_ context.Context, q forge.Query) ([]forge.Pull, error) {
	var found []forge.Pull
	f.follow()
	for _, p := range f.pulls {
		if q.Matches(p) {
			found = append(found, p)
		}
	}
	return found, nil
}

func (f *fakeForge) write(call string, work func()) error {
	if f.fail != nil {
		if err := f.fail(call, false); err != nil {
			return err
		}
	}
	work()
	f.writes = append(f.writes, call)
	if f.fail != nil {
		return f.fail(call, true)
	}
	return nil
}

func (f *fakeForge) Open(_ context.Context, n forge.New) (p forge.Pull, err error) {
	for _, p := range f.pulls {
		if p.State == "open" && p.Head == n.Head && p.Base == n.Base && !p.NoBranch {
			return p, fmt.Errorf("open %s: %w", n.Head, forge.ErrExists)
		}
	}
	err = f.write("open", func() {
		p = forge.Pull{Number: len(f.pulls) + 1, Title: n.Title, Body: n.Body, Head: n.Head, Base: n.Base, Draft: n.Draft, Labels: n.Labels, State: "open"}
		p.URL = fmt.Sprintf("http://127.0.0.1/pulls/%d", p.Number)
		f.pulls = append(f.pulls, p)
	})
	return p, err
}

func (f *fakeForge) Update(_ context.Context, number int, c forge.Change) (forge.Pull, error) {
	p := &f.pulls[number-1]
	err := f.write("update", func() {
		for _, field := range []struct {
			to   *string
			from *string
		}{{&p.Title, c.Title}, {&p.Body, c.Body}, {&p.State, c.State}} {
			if field.from != nil {
				*field.to = *field.from
			}
		}
		if c.Draft != nil {
			p.Draft = *c.Draft
		}
		if c.Labels != nil {
			p.Labels = c.Labels
		}
	})
	return *p, err
}

func (f *fakeForge) Comment(_ context.Context, number int, marker, body string) error {
	key := fmt.Sprint(number, " ", marker)
	if f.comments[key] == body {
		return nil
	}
	return f.write("comment", func() { f.comments[key] = body })
}

// prLand is a remote, a clone of it with a state file in a layout, and a forge.
type prLand struct {
	t             *testing.T
	remote, clone string
	state         string // name in the repository
	forge         *fakeForge
	at            time.Time
	env           map[string]string
	calls         int
}

// land makes one from the layout argocd: values, and workloads edited in place.
func land(t *testing.T) *prLand {
	t.Helper()
	return landIn(t, "argocd", "linkerd/pki/rotation.yaml")
}

// landIn makes one from any layout of fixtures/gitops.
func landIn(t *testing.T, layout, stateName string) *prLand {
	t.Helper()
	top := t.TempDir()
	l := &prLand{t: t, remote: filepath.Join(top, "remote.git"), clone: filepath.Join(top, "clone"), state: stateName,
		forge: &fakeForge{kind: "gitea", comments: map[string]string{}}, at: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), env: map[string]string{}}
	run := func(dir string, args ...string) { gitIn(t, dir, args...) }
	run(top, "init", "-q", "--bare", "-b", "main", l.remote)
	run(top, "clone", "-q", l.remote, l.clone)
	for from, to := range map[string]string{"gitops/" + layout: ".", "charts/control-plane": "charts/control-plane"} {
		if err := os.CopyFS(filepath.Join(l.clone, to), os.DirFS(filepath.Join(fixtures, from))); err != nil {
			t.Fatal(err)
		}
	}
	run(l.clone, "checkout", "-q", "-b", "main")
	run(l.clone, "add", "-A")
	run(l.clone, "commit", "-q", "-m", "begin")
	run(l.clone, "push", "-q", "origin", "main")
	return l
}

// gitIn runs git with the configuration of the test.
func gitIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := tryGit(dir, args...)
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(out)
}

// run calls the command; every call has random bytes of its own.
func (l *prLand) run(args ...string) result {
	l.t.Helper()
	l.calls++
	var out, stderr bytes.Buffer
	seed := sha256.Sum256([]byte(fmt.Sprint(l.at, l.calls)))
	code := Main(append(args, "-s", filepath.Join(l.clone, filepath.FromSlash(l.state))), World{
		Random: rand.NewChaCha8(seed), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr,
		Getenv: func(name string) string { return l.env[name] }, Now: func() time.Time { return l.at },
		Forge: func(address string) (forge.Forge, error) { return l.forge.of(address), nil },
	})
	checkNoSecret(l.t, stderr.String())
	return result{code, out.String(), stderr.String()}
}

// pr calls pr with everything that can be vouched for, and reads its report.
func (l *prLand) pr(args ...string) plan.Report {
	l.t.Helper()
	args = append([]string{"pr"}, args...)
	got := l.run(append(args, "-o", "json", "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")...)
	if got.code != ExitDone {
		l.t.Fatalf("%q: code %d: %s", args, got.code, got.stderr)
	}
	var r plan.Report
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		l.t.Fatalf("%q: %v: %s", args, err, got.out)
	}
	return r
}

// refused calls pr and wants it to fail with this code of a problem.
func (l *prLand) refused(want string, args ...string) {
	l.t.Helper()
	got := l.run(append([]string{"pr", "--assume", "DELIVERED-ELSEWHERE", "--because", "x"}, args...)...)
	if got.code != ExitFailed || got.out != "" || !strings.Contains(got.stderr, "explain "+want+"`") {
		l.t.Errorf("%q: code %d, want a refusal %s: %s%s", args, got.code, want, got.out, got.stderr)
	}
}

// heads are the branches of the remote and their commits.
func (l *prLand) heads() string { return gitIn(l.t, l.remote, "for-each-ref", "refs/heads") }

func (l *prLand) head(branch string) string {
	l.t.Helper()
	return gitIn(l.t, l.remote, "rev-parse", "refs/heads/"+branch)
}

// merge merges a branch as a forge does, and marks its pull request.
func (l *prLand) merge(branch string) {
	l.t.Helper()
	l.commitTo("main", func(dir string) { gitIn(l.t, dir, "merge", "-q", "--no-ff", "-m", "merge "+branch, "origin/"+branch) })
	for i := range l.forge.pulls {
		if p := &l.forge.pulls[i]; p.Head == branch && p.State == "open" {
			p.State = "merged"
		}
	}
}

// commitTo lets somebody else work on a branch of the remote.
func (l *prLand) commitTo(branch string, work func(dir string)) {
	l.t.Helper()
	dir := filepath.Join(l.t.TempDir(), "other")
	gitIn(l.t, l.t.TempDir(), "clone", "-q", l.remote, dir)
	gitIn(l.t, dir, "checkout", "-q", branch)
	gitIn(l.t, dir, "config", "user.name", "Somebody Else")
	work(dir)
	gitIn(l.t, dir, "push", "-q", "--force", "origin", "HEAD:"+branch)
}

// edit changes a file and commits.
func (l *prLand) edit(dir, name string, change func(string) string) {
	l.t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	text, _ := os.ReadFile(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(change(string(text))), 0o644); err != nil {
		l.t.Fatal(err)
	}
	gitIn(l.t, dir, "add", "-A", "-f")
	gitIn(l.t, dir, "commit", "-q", "-m", "edit "+name)
}

// stateOf is the state at a branch of the remote.
func (l *prLand) stateOf(branch string) *state.Rotation {
	l.t.Helper()
	s, err := state.Parse(l.state, []byte(gitIn(l.t, l.remote, "show", branch+":"+l.state)+"\n"))
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// wrote lists what was written to the forge since it was asked last.
func (l *prLand) wrote() []string {
	w := slices.Clone(l.forge.writes)
	l.forge.writes = nil
	return w
}
