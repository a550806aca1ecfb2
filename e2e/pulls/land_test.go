package pulls

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// land is a repository on Gitea, a clone of it behind the door, and the tool.
type land struct {
	t     *testing.T
	g     *gitea
	door  *door
	tool  string
	top   string
	clone string
	token string
	// extra is added to the environment of every program.
	extra []string
}

// scopes are the least that the tool needs (docs/forges.md).
const scopes = "write:repository,write:issue"

// stateFile lies in the layout fixtures/gitops/argocd.
const (
	stateFile = "linkerd/pki/rotation.yaml"
	appFile   = "apps/shop/web.yaml"
	prefix    = "l5d-pki/prod-argocd/"
)

// settle makes bot/pki with the layout on main.
func settle(t *testing.T, g *gitea) *land {
	t.Helper()
	l := layout(t, g)
	g.api("POST", "/user/repos", map[string]any{"name": "pki", "default_branch": "main", "private": true}, nil)
	l.git(l.clone, "push", "-q", "-u", "origin", "main")
	l.ready()
	return l
}

// layout is a clone of what is not there yet.
func layout(t *testing.T, g *gitea) *land {
	t.Helper()
	l := newLand(t, g)
	if err := os.CopyFS(l.clone, os.DirFS(peer.Fixture("gitops/argocd"))); err != nil {
		t.Fatal(err)
	}
	l.commit()
	return l
}

// newLand is a clone without a commit.
func newLand(t *testing.T, g *gitea) *land {
	t.Helper()
	l := &land{t: t, g: g, door: openDoor(t, g.url), tool: peer.Tool(t), top: t.TempDir(), token: g.newToken("bot", scopes)}
	l.write(filepath.Join(l.top, ".gitconfig"), "[user]\nname = Bot\nemail = bot@example.test\n[commit]\ngpgsign = false\n")
	l.logIn(l.door.server.URL)
	l.logIn(g.url) // for what others do in a test
	l.clone = filepath.Join(l.top, "clone")
	l.git(l.top, "init", "-q", "-b", "main", l.clone)
	l.git(l.clone, "remote", "add", "origin", l.door.server.URL+"/bot/pki.git")
	return l
}

// logIn gives Git its login for a server as the example of a job in the cluster does.
func (l *land) logIn(server string) {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(peer.Root(), "examples", "ci", "cluster", "linkerd-pki-next.yaml"))
	if err != nil {
		l.t.Fatal(err)
	}
	var script []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); strings.Contains(line, "credential") && !strings.HasPrefix(line, "#") {
			script = append(script, line)
		}
	}
	cmd := exec.Command("sh", "-euc", strings.Join(script, "\n"))
	cmd.Env = append(l.env(), "FORGE="+server, "GITEA_TOKEN="+l.token)
	if out, err := cmd.CombinedOutput(); err != nil || len(script) == 0 {
		l.t.Fatalf("%q: %v\n%s", script, err, out)
	}
}

// commit makes the first commit of all that there is.
func (l *land) commit() {
	l.t.Helper()
	l.git(l.clone, "add", "-A")
	l.git(l.clone, "commit", "-q", "-m", "begin")
}

// ready waits until Gitea has read the first push: until then it has no pull
// requests for the repository.
func (l *land) ready() {
	l.t.Helper()
	l.wait("the first push", func() bool {
		var r struct{ Empty bool }
		l.g.api("GET", "/repos/bot/pki", nil, &r)
		return !r.Empty
	})
}

// wait looks again and again, for two minutes, until something has happened
// that Gitea does on its own time.
func (l *land) wait(what string, happened func() bool) {
	l.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if happened() {
			return
		}
	}
	l.t.Fatalf("waited in vain for %s", what)
}

func (l *land) write(file, text string) {
	l.t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

func (l *land) env() []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + l.top, "GIT_CONFIG_GLOBAL=" + filepath.Join(l.top, ".gitconfig"),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GITEA_TOKEN=" + l.token}, l.extra...)
}

func (l *land) git(dir string, args ...string) string {
	l.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, l.env()
	out, err := cmd.CombinedOutput()
	if err != nil {
		l.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// report is what `pr -o json` says.
type report struct {
	Operation, Why, Branch, Commit, Base, Phase, URL string
	Epoch, Number                                    int
	Pushed, Draft                                    bool
	Closed                                           []int
}

// result of one run of the tool.
type result struct {
	code        int
	out, stderr string
}

func (l *land) run(args ...string) result {
	l.t.Helper()
	cmd := exec.Command(l.tool, append(args, "-s", filepath.Join(l.clone, filepath.FromSlash(stateFile)))...)
	cmd.Dir, cmd.Env = l.clone, l.env()
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		l.t.Fatal(err)
	}
	if l.token != "" && strings.Contains(out.String()+stderr.String(), l.token) {
		l.t.Errorf("the token is shown:\n%s%s", out.String(), stderr.String())
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}
}

// vouched are the words of a person for what the test has no cluster to ask.
var vouched = []string{"--forge", "gitea", "-o", "json", "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test"}

// pr runs the command and wants it to be done.
func (l *land) pr(args ...string) report {
	l.t.Helper()
	r := l.run(append(append([]string{"pr"}, args...), vouched...)...)
	if r.code != 0 {
		l.t.Fatalf("pr %v: code %d\n%s%s", args, r.code, r.out, r.stderr)
	}
	return l.read(r)
}

func (l *land) read(r result) (out report) {
	l.t.Helper()
	if err := json.Unmarshal([]byte(r.out), &out); err != nil {
		l.t.Fatalf("%v in %s", err, r.out)
	}
	return out
}

// next is the autopilot.
func (l *land) next(args ...string) result {
	l.t.Helper()
	return l.run(append([]string{"pr", "--next", "--forge", "gitea", "-o", "json", "--start-before", "never"}, args...)...)
}

// refused wants the command to fail with a code of the catalogue.
func (l *land) refused(code string, args ...string) {
	l.t.Helper()
	r := l.run(append(append([]string{"pr"}, args...), vouched...)...)
	if r.code != 1 || r.out != "" || !strings.Contains(r.stderr, `"code": "`+code+`"`) {
		l.t.Errorf("pr %v: code %d, want %s\n%s%s", args, r.code, code, r.out, r.stderr)
	}
}

// pull is a pull request as Gitea tells of it.
type pull struct {
	Number    int
	Title     string
	Body      string
	State     string
	Merged    bool
	Mergeable bool
	Draft     bool
	Head      struct{ Ref, Sha string }
	Labels    []struct{ Name string }
}

// pulls are all, page by page.
func (l *land) pulls(state string) (all []pull) {
	l.t.Helper()
	for page := 1; ; page++ {
		var some []pull
		l.g.api("GET", fmt.Sprintf("/repos/bot/pki/pulls?state=%s&sort=oldest&limit=50&page=%d", state, page), nil, &some)
		if len(some) == 0 {
			return all
		}
		all = append(all, some...)
	}
}

// only is the one open pull; another number of them fails.
func (l *land) only() pull {
	l.t.Helper()
	open := l.pulls("open")
	if len(open) != 1 {
		l.t.Fatalf("%d open pull requests, want one: %+v", len(open), open)
	}
	return open[0]
}

// shows waits until the only open pull has the commit of a report: Gitea reads a
// push after it has taken it.
func (l *land) shows(r report) (p pull) {
	l.t.Helper()
	l.wait("the commit in the pull request", func() bool {
		p = l.only()
		return p.Head.Sha == r.Commit
	})
	return p
}

// merge merges by the API, once Gitea has looked for conflicts.
func (l *land) merge(number int) {
	l.t.Helper()
	l.wait("a merge", func() bool {
		status, _ := l.g.try("POST", fmt.Sprintf("/repos/bot/pki/pulls/%d/merge", number), map[string]any{"Do": "merge"})
		return status == http.StatusOK
	})
	l.git(l.clone, "pull", "-q", "--ff-only", "origin", "main")
}

// guard judges a branch as a check of the pull request does.
func (l *land) guard(number int, branch string) result {
	l.t.Helper()
	l.git(l.clone, "fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*")
	return l.run("pr", "--guard", "--base", "main", "--head", "origin/"+branch, "--pull", fmt.Sprint(number), "--forge", "gitea", "-o", "json")
}

// someone commits to a branch of the remote, in a clone of their own.
func (l *land) someone(branch string, work func(dir string)) {
	l.t.Helper()
	dir, err := os.MkdirTemp(l.top, "someone")
	if err != nil {
		l.t.Fatal(err)
	}
	l.git(l.top, "clone", "-q", l.g.url+"/bot/pki.git", dir)
	l.git(dir, "checkout", "-q", branch)
	l.git(dir, "config", "user.name", "Somebody Else")
	l.git(dir, "config", "user.email", "somebody@example.test")
	work(dir)
	l.git(dir, "push", "-q", "--force", "origin", "HEAD:"+branch)
}

// edit replaces a text in a file and commits.
func (l *land) edit(dir, file, old, new string) {
	l.t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(file))
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		l.t.Fatalf("%s holds no %q (%v)", file, old, err)
	}
	l.write(path, strings.Replace(string(text), old, new, 1))
	l.git(dir, "commit", "-q", "-a", "-m", "edit "+file)
}

// heads are the tool's branches on the remote.
func (l *land) heads() []string {
	l.t.Helper()
	lines := strings.Fields(l.git(l.clone, "ls-remote", "origin", "refs/heads/"+prefix+"*"))
	slices.Sort(lines)
	return lines
}
