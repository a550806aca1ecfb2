package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// Application is an application in a repository, as Argo CD's repository server
// asks the plugin about it.
type Application struct {
	// Repo is the repository's folder, Path the application's in it.
	Repo, Path string
	// Source is the path of the Application, where only a part of the repository is
	// handed over (manifest-generate-paths); "" is Path.
	Source string
	// Parameters are spec.source.plugin.parameters: a string or a []string each.
	Parameters map[string]any
	// Timeout of a call; 0 is a minute.
	Timeout time.Duration
}

// environment is what the repository server sends along (reposerver/repository,
// getPluginEnvs): PARAM_ variables too, with what a plugin that reads them would fall for.
func (a Application) environment(t testing.TB) []string {
	t.Helper()
	type parameter struct {
		Name   string   `json:"name"`
		String *string  `json:"string,omitempty"`
		Array  []string `json:"array,omitempty"`
	}
	var given []parameter
	for name, value := range a.Parameters {
		p := parameter{Name: name}
		switch v := value.(type) {
		case string:
			p.String = &v
		case []string:
			p.Array = v
		default:
			t.Fatalf("parameter %s is a %T", name, value)
		}
		given = append(given, p)
	}
	text, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	source := a.Source
	if source == "" {
		source = a.Path
	}
	return []string{
		"ARGOCD_APP_NAME=linkerd", "ARGOCD_APP_NAMESPACE=linkerd", "ARGOCD_APP_PROJECT_NAME=default",
		"ARGOCD_APP_REVISION=0000000000000000000000000000000000000000", "ARGOCD_APP_SOURCE_PATH=" + source,
		"ARGOCD_APP_SOURCE_REPO_URL=https://git.example/infra.git", "ARGOCD_APP_SOURCE_TARGET_REVISION=main",
		"KUBE_VERSION=1.31.0", "KUBE_API_VERSIONS=v1,apps/v1",
		"ARGOCD_APP_PARAMETERS=" + string(text), "PARAM_CHART=../nowhere", "PARAM_STATE=nowhere.yaml",
	}
}

// Ask calls the server as the repository server does: match, parameters or
// generate. It gives the answer as JSON, or what the caller gets to read.
func (s *CMPServer) Ask(t testing.TB, a Application, verb string) (answer []byte, failure string) {
	t.Helper()
	timeout := a.Timeout
	if timeout == 0 {
		timeout = time.Minute
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout+time.Minute)
	defer cancel()
	args := append([]string{s.Socket, a.Repo, filepath.Join(a.Repo, a.Path), verb}, a.environment(t)...)
	cmd := exec.CommandContext(ctx, peer.Program(t, "cmpclient"), args...)
	cmd.Env = append(os.Environ(), "CMPCLIENT_TIMEOUT="+timeout.String())
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); err != nil {
		if talk.Len() == 0 || out.Len() > 0 {
			t.Fatalf("%s: %v, stdout %q", verb, err, out.String())
		}
		return nil, talk.String()
	}
	return out.Bytes(), ""
}

// ArgoLayouts are what an application's folder may hold.
var ArgoLayouts = []string{"chart", "kustomization", "manifests"}

// ArgoApplication makes a repository with one application of a layout: the state
// (a file) beside it, and the chart, or what it renders with keys in the state base, with all its values.
func ArgoApplication(t testing.TB, s *Sandbox, layout, state, base, chart string, values ...string) Application {
	t.Helper()
	a := Application{Repo: t.TempDir(), Path: "apps/linkerd", Parameters: map[string]any{}}
	put := func(path string, text []byte) {
		t.Helper()
		full := filepath.Join(a.Repo, path)
		err := os.MkdirAll(filepath.Dir(full), 0o755)
		if err == nil {
			err = os.WriteFile(full, text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	read := func(path string) []byte {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	put("apps/linkerd/rotation.yaml", read(state))
	if layout == "chart" {
		if err := os.CopyFS(filepath.Join(a.Repo, "charts/linkerd"), os.DirFS(chart)); err != nil {
			t.Fatal(err)
		}
		files := []string{}
		for i, file := range values {
			name := fmt.Sprintf("values/%d.yaml", i)
			put(name, read(file))
			files = append(files, "../../"+name)
		}
		a.Parameters["chart"], a.Parameters["values-files"] = "../../charts/linkerd", files
		return a
	}
	args := []string{"chart", chart, "--with-keys", "-s", base}
	for _, file := range values {
		args = append(args, "-f", file)
	}
	stream := s.MustRun(t, "", nil, "l5d-pki-render", args...)
	if layout == "kustomization" {
		put("base/linkerd.yaml", stream)
		put("base/kustomization.yaml", []byte("resources: [linkerd.yaml]\n"))
		put("apps/linkerd/kustomization.yaml", []byte("resources: [../../base]\n"))
		return a
	}
	put("apps/linkerd/manifests/linkerd.yaml", stream)
	put("apps/linkerd/values.yaml", []byte("of: a values file\n"))
	return a
}

// ArgoObjects gives the objects, keys included, that Argo CD gets of a layout in
// the state of a file; see [ArgoApplication].
func (s *CMPServer) ArgoObjects(t testing.TB, sandbox *Sandbox, layout, state, base, chart string, values ...string) Objects {
	t.Helper()
	app := ArgoApplication(t, sandbox, layout, state, base, chart, values...)
	s.WithKeys(t, app)
	return ParseObjects(t, s.Generate(t, app))
}

// keysFor allows the application of [Application.environment] to have keys.
const keysFor = "L5D_PKI_KEYS_FOR=project=default app=linkerd repo=https://git.example/infra.git revision=main"

// keyPaths begin the paths of keys in the states of fixtures/.
var keyPaths = regexp.MustCompile(`key: (?:\.\./)+pki/`)

// WithKeys lets an application of [ArgoApplication] print keys: its state names
// them in the sidecar's folder.
func (s *CMPServer) WithKeys(t testing.TB, app Application) {
	t.Helper()
	app.Parameters["with-keys"] = "true"
	path := filepath.Join(app.Repo, app.Path, "rotation.yaml")
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, keyPaths.ReplaceAll(text, []byte("key: "+s.Keys+"/")), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
