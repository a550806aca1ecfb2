package pulls

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// settings of a Gitea for one test. It may run as root, as containers do, since
// it listens on loopback only and ends with the test. One item a page makes long
// listings of short ones.
const settings = `I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
RUN_MODE = prod
WORK_PATH = %[1]s
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = %[2]s
ROOT_URL = http://127.0.0.1:%[2]s/
DISABLE_SSH = true
OFFLINE_MODE = true
STATIC_ROOT_PATH = %[1]s/static
[database]
DB_TYPE = sqlite3
PATH = %[1]s/data/gitea.db
SQLITE_JOURNAL_MODE = WAL
[repository]
ROOT = %[1]s/repos
DEFAULT_BRANCH = main
[api]
MAX_RESPONSE_ITEMS = %[3]d
[security]
INSTALL_LOCK = true
SECRET_KEY = test
[service]
DISABLE_REGISTRATION = true
[log]
ROOT_PATH = %[1]s/log
MODE = console
LEVEL = Warn
[actions]
ENABLED = false
[indexer]
ISSUE_INDEXER_TYPE = db
[git.config]
maintenance.auto = false
[cron]
ENABLED = false
[cron.update_checker]
ENABLED = false
`

// gitea is a real one, with a user "bot" and a repository bot/pki.
type gitea struct {
	t             *testing.T
	program, home string
	url, token    string
	mutex         sync.Mutex // of the two that follow
	process       *exec.Cmd
	over          bool
	log           *os.File
	frontend      string
}

// startGitea prepares and starts one; it ends with the test.
func startGitea(t *testing.T, itemsPerPage int, frontend string) *gitea {
	t.Helper()
	g := &gitea{t: t, program: peer.Program(t, "gitea"), home: t.TempDir(), frontend: frontend}
	source := peer.GiteaSource(t)
	g.static(source)
	port := freePort(t)
	g.url = "http://127.0.0.1:" + port
	if err := os.WriteFile(g.config(), fmt.Appendf(nil, settings, g.home, port, itemsPerPage), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(g.home, "gitea.log"))
	if err != nil {
		t.Fatal(err)
	}
	g.log = log
	t.Cleanup(g.stop)
	g.run("migrate")
	g.run("admin", "user", "create", "--username", "bot", "--password", "not-a-secret-1", "--email", "bot@example.test", "--admin", "--must-change-password=false")
	g.token = g.newToken("bot", "all")
	g.start()
	return g
}

// newToken makes one with these scopes.
func (g *gitea) newToken(user, scopes string) string {
	g.t.Helper()
	out := g.run("admin", "user", "generate-access-token", "--username", user, "--token-name", scopes, "--scopes", scopes, "--raw")
	token := tokenLine.FindString(out)
	if token == "" {
		g.t.Fatalf("no token in %q", out)
	}
	return token
}

// tokenLine: Gitea's own log may stand before or after it.
var tokenLine = regexp.MustCompile(`(?m)^[0-9a-f]{40}$`)

func (g *gitea) config() string { return filepath.Join(g.home, "app.ini") }

// static links what Gitea serves and reads besides its database.
func (g *gitea) static(source string) {
	public := g.frontend
	if public == "" {
		public = filepath.Join(source, "public")
	}
	dir := filepath.Join(g.home, "static")
	if err := os.Mkdir(dir, 0o755); err != nil {
		g.t.Fatal(err)
	}
	for name, target := range map[string]string{"options": filepath.Join(source, "options"), "templates": filepath.Join(source, "templates"), "public": public} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			g.t.Fatal(err)
		}
	}
}

// run is one of Gitea's own commands.
func (g *gitea) run(args ...string) string {
	g.t.Helper()
	cmd := exec.Command(g.program, append(args, "-c", g.config())...)
	cmd.Env = g.env()
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); err != nil {
		g.t.Fatalf("gitea %v: %v\n%s%s", args, err, out.String(), talk.String())
	}
	return out.String()
}

// env saves what Gitea's short-lived programs, several for each push, spend on
// collecting garbage.
func (g *gitea) env() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + g.home, "USER=root", "GITEA_WORK_DIR=" + g.home, "GOGC=off", "GOMEMLIMIT=512MiB"}
}

// lean leaves out the runs of Gitea's hooks in a repository that decide nothing: that of
// "update", which Gitea keeps for older versions, and those for its own pushes (the heads
// of pull requests). They would be most of what a pull request costs.
func (g *gitea) lean(repository string) {
	g.t.Helper()
	hooks := filepath.Join(g.home, "repos", "bot", repository+".git", "hooks")
	err := os.Remove(filepath.Join(hooks, "update"))
	for _, name := range []string{"pre-receive", "post-receive"} {
		file := filepath.Join(hooks, name)
		text, readErr := os.ReadFile(file)
		first, rest, found := strings.Cut(string(text), "\n")
		if !found && readErr == nil {
			readErr = fmt.Errorf("%s is no script", file)
		}
		err = errors.Join(err, readErr, os.WriteFile(file, []byte(first+"\n[ \"$GITEA_INTERNAL_PUSH\" = true ] && exit 0\n"+rest), 0o755))
	}
	if err != nil {
		g.t.Fatal(err)
	}
}

// start runs the server and waits until it answers.
func (g *gitea) start() {
	g.t.Helper()
	if err := g.up(); err != nil {
		g.t.Fatal(err)
	}
}

// up is start for other goroutines than the test's own. There is never a second
// server, and none after the test.
func (g *gitea) up() error {
	g.down(syscall.SIGTERM)
	g.mutex.Lock()
	if g.over {
		g.mutex.Unlock()
		return errors.New("the test is over")
	}
	g.process = exec.Command(g.program, "web", "-c", g.config())
	g.process.Env, g.process.Stdout, g.process.Stderr = g.env(), g.log, g.log
	err := g.process.Start()
	g.mutex.Unlock()
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		answer, err := http.Get(g.url + "/api/v1/version")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	text, _ := os.ReadFile(g.log.Name())
	return fmt.Errorf("gitea does not come up:\n%s", text)
}

// kill ends the server at once, as a crash does.
func (g *gitea) kill() { g.down(syscall.SIGKILL) }

// stop ends it for good, politely, so that Git's own children end too.
func (g *gitea) stop() {
	g.mutex.Lock()
	g.over = true
	g.mutex.Unlock()
	g.down(syscall.SIGTERM)
}

// down ends the server, if there is one, by its process id, and waits for it.
func (g *gitea) down(signal syscall.Signal) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.process == nil || g.process.Process == nil {
		return
	}
	done := make(chan struct{})
	process := g.process.Process
	g.process = nil
	_ = process.Signal(signal)
	go func() { _, _ = process.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		_ = process.Kill()
		<-done
	}
}

// api makes one call and wants a success; answer may be nil.
func (g *gitea) api(method, path string, body, answer any) {
	g.t.Helper()
	if status, text := g.try(method, path, body); status >= 300 {
		g.t.Fatalf("%s %s: %d: %s", method, path, status, text)
	} else if answer != nil {
		if err := json.Unmarshal(text, answer); err != nil {
			g.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
}

func (g *gitea) try(method, path string, body any) (int, []byte) {
	g.t.Helper()
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			g.t.Fatal(err)
		}
		in = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, g.url+"/api/v1"+path, in)
	if err != nil {
		g.t.Fatal(err)
	}
	request.Header.Set("Authorization", "token "+g.token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		g.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return answer.StatusCode, text
}

// freePort asks the system for one.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
