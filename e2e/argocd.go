package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// argoUser is the user that Argo CD's images run as.
const argoUser = 999

// CMPServer is Argo CD's real plugin server, in a jail made of the shipped
// Containerfile: the image's files and nothing else of this machine, user 999,
// no shell, no HOME, no .git, nothing to write to but the two folders that a
// sidecar mounts. Where this process may not make a jail, the server runs as it
// is, and the test says so.
type CMPServer struct {
	// Root of the jail.
	Root string
	// Socket and Work are its socket and the folder that it copies repositories
	// into, by their paths out here.
	Socket, Work string
	// Jailed is whether there is a jail.
	Jailed bool
	log    *bytes.Buffer
}

// NewCMPServer starts one and ends it with the test.
func NewCMPServer(t testing.TB) *CMPServer {
	t.Helper()
	image := readImage(t)
	s := &CMPServer{Root: shortDir(t), Jailed: os.Getuid() == 0, log: &bytes.Buffer{}}
	image.unpack(t, s.Root)
	s.Socket = filepath.Join(s.Root, "home/argocd/cmp-server/plugins/l5d-pki-render.sock")
	s.Work = filepath.Join(s.Root, "tmp/_cmp_server")
	cmd := exec.Command(image.entry[0], image.entry[1:]...)
	cmd.Env, cmd.Dir = image.env, "/"
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if s.Jailed {
		cmd.SysProcAttr = jailed(s.Root)
	} else {
		t.Logf("!!! not root: Argo CD's server runs without its jail, as this user")
		cmd.Path, cmd.Err = filepath.Join(s.Root, image.entry[0]), nil
		cmd.Args = append(cmd.Args, "--config-dir-path", filepath.Join(s.Root, "home/argocd/cmp-server/config"))
		cmd.Env = []string{
			"PATH=" + filepath.Join(s.Root, "usr/local/bin"), "TMPDIR=" + filepath.Join(s.Root, "tmp"),
			"ARGOCD_PLUGINSOCKFILEPATH=" + filepath.Dir(s.Socket),
		}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // it does not end on SIGTERM
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(s.Socket); err == nil {
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("no socket; the server says:\n%s", s.log)
		}
	}
}

// jailed is how a process becomes user 999 in a root of its own.
func jailed(root string) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: argoUser, Gid: argoUser}}
}

// shortDir is a folder whose path leaves room for a socket's (108 bytes).
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cmp")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// image is the shipped Containerfile.
type image struct {
	copies [][]string // sources and, last, the folder or file they go to
	env    []string
	entry  []string
}

// readImage reads the few instructions that the Containerfile has.
func readImage(t testing.TB) image {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(peer.Root(), "hosts/argocd/Containerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var i image
	for line := range strings.Lines(string(text)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "", "#":
		case "COPY":
			i.copies = append(i.copies, strings.Fields(rest))
		case "ENV":
			i.env = append(i.env, rest)
		case "ENTRYPOINT":
			if err := json.Unmarshal([]byte(rest), &i.entry); err != nil {
				t.Fatal(err)
			}
		case "FROM", "USER":
			if want := map[string]string{"FROM": "scratch", "USER": fmt.Sprint(argoUser)}[word]; rest != want {
				t.Fatalf("Containerfile: %s %s, want %s", word, rest, want)
			}
		default:
			t.Fatalf("Containerfile: what is %s?", word)
		}
	}
	return i
}

// unpack lays the image out below root, with what a sidecar mounts: Argo CD's
// programs, the folder for sockets, and /tmp.
func (i image) unpack(t testing.TB, root string) {
	t.Helper()
	for _, dir := range []string{"tmp", "home/argocd/cmp-server/plugins", "dev", "var/run/argocd"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"tmp", "home/argocd/cmp-server/plugins"} {
		if err := os.Chmod(filepath.Join(root, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	copyFile(t, peer.Program(t, "argocd-cmp-server"), filepath.Join(root, "var/run/argocd/argocd-cmp-server"), 0o755)
	for _, c := range i.copies {
		sources, to := c[:len(c)-1], c[len(c)-1]
		for _, source := range sources {
			target := filepath.Join(root, to)
			if strings.HasSuffix(to, "/") {
				target = filepath.Join(target, source)
			}
			if source == "plugin.yaml" {
				copyFile(t, filepath.Join(peer.Root(), "hosts/argocd/plugin.yaml"), target, 0o644)
				continue
			}
			copyFile(t, peer.Program(t, source), target, 0o755)
		}
	}
	// Containers have one; a file does for a jail, in which none can be made.
	if err := os.WriteFile(filepath.Join(root, "dev/null"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(root, "dev/null"), 0o666); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t testing.TB, from, to string, mode os.FileMode) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, data, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
}

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

// Generate gives the stream that Argo CD would apply.
func (s *CMPServer) Generate(t testing.TB, a Application) []byte {
	t.Helper()
	answer, failure := s.Ask(t, a, "generate")
	if failure != "" {
		t.Fatalf("generate %s: %s", a.Path, failure)
	}
	var response struct {
		Manifests []string `json:"manifests"`
	}
	if err := json.Unmarshal(answer, &response); err != nil {
		t.Fatal(err)
	}
	return []byte(strings.Join(response.Manifests, "\n---\n") + "\n")
}

// ArgoLayouts are what an application's folder may hold.
var ArgoLayouts = []string{"chart", "kustomization", "manifests"}

// ArgoApplication makes a repository with one application of a layout: the state
// (a file) beside it, the test keys where the fixtures' states look for them, and
// the chart, or what it renders with keys in the state base, with all its values.
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
	if err := os.CopyFS(filepath.Join(a.Repo, "pki"), os.DirFS(peer.Fixture("pki"))); err != nil {
		t.Fatal(err)
	}
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
	app.Parameters["with-keys"] = "true"
	return ParseObjects(t, s.Generate(t, app))
}
