package cli

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"

	"sigs.k8s.io/yaml"
)

// TestWorkflows reads the ready-made workflows: they are YAML of the shape that
// their CI reads, every command of ours in them exists, and both ways are there
// with the history that they need.
func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob("../../examples/ci/*/*")
	if err != nil || len(files) != 6 {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var w workflow
		switch {
		case strings.HasSuffix(file, ".gitlab-ci.yml"):
			w = gitlabJobs(t, text)
		case strings.Contains(file, "/cluster/"):
			w = cronJob(t, file, text)
		default:
			w = actionsJobs(t, file, text)
		}
		if strings.HasSuffix(file, ".gitlab-ci.yml") && !strings.Contains(string(text), "\n    GIT_STRATEGY: clone\n") {
			t.Errorf("%s: a directory that another job wrote to", file)
		}
		if !w.deep {
			t.Errorf("%s: no whole history", file)
		}
		if strings.Contains(string(text), "pr --next") && !strings.Contains(string(text), "pr --next --observe --") {
			t.Errorf("%s: the job does not look at the cluster", file)
		}
		if strings.Contains(string(text), "pr --next") && (!strings.Contains(string(text), "issuer needs --dial all") || !strings.Contains(string(text), "cross-signing --certify")) {
			t.Errorf("%s: what other rotations need is not said", file)
		}
		ways := 0
		for _, line := range w.commands {
			for _, match := range shown.FindAllStringSubmatch(line, -1) {
				checkShown(t, file, match[1])
				if strings.Contains(match[1], "--state") && (strings.Contains(match[1], "--guard") || strings.Contains(match[1], "--next")) {
					ways++
				}
			}
			if token.MatchString(line) && !approves.MatchString(line) {
				t.Errorf("%s: a token in an argument: %s", file, line)
			}
		}
		if ways != w.jobs {
			t.Errorf("%s: %d jobs run %d of our commands", file, w.jobs, ways)
		}
	}
}

// token finds the value of one; approves is a line whose shell gives it to Git on stdin.
var (
	token    = regexp.MustCompile(`\$\{?[A-Z_]*TOKEN`)
	approves = regexp.MustCompile(`^\s*printf '[^']*' "\$[A-Z_]+" "\$[A-Z]+_TOKEN" \| git credential approve$`)
)

// TestWorkflowCredentials: in the workflows that log in by themselves, Git as the tool runs
// it, without the token in its environment, fetches from a server that wants a login, and
// gives no other server one.
func TestWorkflowCredentials(t *testing.T) {
	served := func() (url string, logins func() string) {
		var mutex sync.Mutex
		var seen []string
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mutex.Lock()
			defer mutex.Unlock()
			if user, password, given := r.BasicAuth(); given {
				seen = append(seen, user+":"+password)
			}
			w.Header().Set("WWW-Authenticate", "Basic realm=x")
			w.WriteHeader(http.StatusUnauthorized)
		}))
		t.Cleanup(s.Close)
		return s.URL, func() string {
			mutex.Lock()
			defer mutex.Unlock()
			return strings.Join(slices.Compact(seen), " ")
		}
	}
	for file, c := range map[string]struct{ server, token, want string }{
		"gitlab/linkerd-pki.gitlab-ci.yml": {"CI_SERVER_URL", "GITLAB_TOKEN", "oauth2:not-a-token"},
		"cluster/linkerd-pki-next.yaml":    {"FORGE", "GITEA_TOKEN", "bot:not-a-token"},
	} {
		text, err := os.ReadFile(filepath.Join("..", "..", "examples", "ci", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		var script []string
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimPrefix(strings.TrimSpace(line), "- "); strings.Contains(line, "credential") && !strings.HasPrefix(line, "#") {
				script = append(script, line)
			}
		}
		home, clone := t.TempDir(), t.TempDir()
		server, logins := served()
		other, others := served()
		env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1"}
		login := exec.Command("sh", "-euc", strings.Join(script, "\n"))
		login.Env = append(env, c.server+"="+server, c.token+"=not-a-token")
		if out, err := login.CombinedOutput(); err != nil || len(script) != 2 {
			t.Fatalf("%s: %v: %s\n%q", file, err, out, script)
		}
		if info, err := os.Stat(filepath.Join(home, ".git-credentials")); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: the store: %v %v", file, info, err)
		}
		for _, at := range []string{server, other} {
			fetch := exec.Command("git", "ls-remote", at+"/platform/mesh.git")
			fetch.Dir, fetch.Env = clone, append(env, "GIT_TERMINAL_PROMPT=0")
			_ = fetch.Run() // the server refuses every login
		}
		if logins() != c.want || others() != "" {
			t.Errorf("%s: the server saw %q, want %q; another server saw %q", file, logins(), c.want, others())
		}
	}
}

// cronJob reads a job in the cluster: it runs without rights of its own but those of
// the service account that observe --rbac makes.
func cronJob(t *testing.T, file string, text []byte) workflow {
	t.Helper()
	var f struct {
		Kind string
		Spec struct {
			Schedule, ConcurrencyPolicy string
			JobTemplate                 struct {
				Spec struct {
					Template struct {
						Spec struct {
							ServiceAccountName string
							Containers         []struct {
								Image         string
								Command, Args []string
							}
						}
					}
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &f); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	pod := f.Spec.JobTemplate.Spec.Template.Spec
	if f.Kind != "CronJob" || f.Spec.Schedule == "" || f.Spec.ConcurrencyPolicy != "Forbid" || pod.ServiceAccountName != observe.Account || len(pod.Containers) != 1 {
		t.Fatalf("%s: %+v", file, f)
	}
	script := strings.Join(pod.Containers[0].Args, "\n")
	return workflow{jobs: 1, commands: strings.Split(script, "\n"), deep: strings.Contains(script, "git clone") && !strings.Contains(script, "--depth")}
}

// pinned is an action at a whole commit: tags move.
var pinned = regexp.MustCompile(`^[^@]+@[0-9a-f]{40}$`)

type workflow struct {
	commands []string
	jobs     int
	deep     bool
}

func actionsJobs(t *testing.T, file string, text []byte) workflow {
	t.Helper()
	var f struct {
		Name string `json:"name"`
		Jobs map[string]struct {
			RunsOn string `json:"runs-on"`
			Steps  []struct {
				Uses string            `json:"uses"`
				Run  string            `json:"run"`
				ID   string            `json:"id"`
				If   string            `json:"if"`
				With map[string]any    `json:"with"`
				Env  map[string]string `json:"env"`
			} `json:"steps"`
		} `json:"jobs"`
		On          map[string]any `json:"true"` // YAML 1.1 reads "on" as a boolean
		Permissions map[string]any `json:"permissions"`
		Concurrency any            `json:"concurrency"`
	}
	if err := yaml.UnmarshalStrict(text, &f); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if strings.Contains(file, "github") && (f.Permissions["contents"] != "read" || f.On["pull_request_target"] != nil) {
		t.Errorf("%s: more permissions than it needs", file)
	}
	if len(f.On) == 0 {
		t.Errorf("%s: nothing starts it", file)
	}
	w := workflow{jobs: len(f.Jobs)}
	for name, job := range f.Jobs {
		if job.RunsOn == "" {
			t.Errorf("%s: job %s runs nowhere", file, name)
		}
		for _, step := range job.Steps {
			if (step.Uses == "") == (step.Run == "") {
				t.Errorf("%s: a step of %s does not do one thing", file, name)
			}
			if step.Uses != "" && !pinned.MatchString(step.Uses) {
				t.Errorf("%s: %s is not pinned to a commit", file, step.Uses)
			}
			if strings.Contains(step.Run, "${{") {
				t.Errorf("%s: an expression in a script: %s", file, step.Run)
			}
			w.commands = append(w.commands, step.Run)
			w.deep = w.deep || step.With["fetch-depth"] == float64(0)
		}
	}
	return w
}

func gitlabJobs(t *testing.T, text []byte) workflow {
	t.Helper()
	var f map[string]struct {
		Image         string            `json:"image"`
		Extends       string            `json:"extends"`
		Variables     map[string]string `json:"variables"`
		BeforeScript  []string          `json:"before_script"`
		Script        []string          `json:"script"`
		ResourceGroup string            `json:"resource_group"`
		Rules         []struct {
			If string `json:"if"`
		} `json:"rules"`
	}
	if err := yaml.UnmarshalStrict(text, &f); err != nil {
		t.Fatal(err)
	}
	var w workflow
	for name, job := range f {
		w.deep = w.deep || job.Variables["GIT_DEPTH"] == "0"
		w.commands = append(append(w.commands, job.BeforeScript...), job.Script...)
		if strings.HasPrefix(name, ".") {
			continue
		}
		w.jobs++
		if _, there := f[job.Extends]; !there || len(job.Rules) != 1 || len(job.Script) == 0 {
			t.Errorf("job %s: %+v", name, job)
		}
	}
	if guard := strings.Join(f["linkerd-pki-guard"].Script, "\n"); !strings.Contains(guard, `--base "$CI_DEFAULT_BRANCH"`) {
		t.Errorf("the merge request chooses the base: %s", guard)
	}
	return w
}
