// Package peer builds the real programs that the tests run: Helm 3 and 4, kustomize,
// Argo CD's plugin server and commit server, Flux's kustomize-controller, Kubernetes'
// API server with etcd and kubectl, Prometheus, Gitea, age and sops, and
// l5d-pki-render itself. Each is pinned in a go.mod, comes from the module proxy, and
// is built once into a cache folder (E2E_CACHE, by default .cache/e2e at the root of
// the repository).
//
// A program that cannot be built fails its test: nothing here skips.
package peer

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// recipe says how one program is built.
type recipe struct {
	// module is the folder of the go.mod that pins it, relative to the repository.
	module string
	// pkg is its main package.
	pkg string
	// env is added to the environment of `go build`.
	env []string
	// flags are added to `go build`.
	flags []string
}

// argocdToolchain: Argo CD 3.6 needs Go 1.27; only its own module is built with it.
const argocdToolchain = "GOTOOLCHAIN=go1.27.3"

// kubeVersion sets what a build of Kubernetes says of itself, the version in
// e2e/kube/go.mod: without it clients cannot parse the server's version.
var kubeVersion = []string{"-ldflags", "-s -w -X k8s.io/component-base/version.gitVersion=v1.37.2" +
	" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=37"}

// recipes by the name under which a program stands in the cache.
var recipes = map[string]recipe{
	"l5d-pki-render":         {module: ".", pkg: "./cmd/l5d-pki-render"},
	"l5d-pki-render-full":    {module: ".", pkg: "./cmd/l5d-pki-render-full"},
	"l5d-pki-render-chart":   {module: ".", pkg: "./cmd/l5d-pki-render-chart"},
	"l5d-pki-render-forge":   {module: ".", pkg: "./cmd/l5d-pki-render-forge"},
	"l5d-pki-render-cluster": {module: ".", pkg: "./cmd/l5d-pki-render-cluster"},
	// Plays what runs in the pods of a mesh, in front of an API server.
	"mesh": {module: ".", pkg: "./internal/testkit/kubelet/mesh"},
	// Verifies bundles and chains as the gate does.
	"pairs":             {module: ".", pkg: "./internal/testkit/pairs"},
	"helm3":             {module: "e2e", pkg: "helm.sh/helm/v3/cmd/helm"},
	"helm4":             {module: "e2e", pkg: "helm.sh/helm/v4/cmd/helm"},
	"kustomize":         {module: "e2e", pkg: "sigs.k8s.io/kustomize/kustomize/v5"},
	"age":               {module: "e2e/custody", pkg: "filippo.io/age/cmd/age"},
	"age-keygen":        {module: "e2e/custody", pkg: "filippo.io/age/cmd/age-keygen"},
	"sops":              {module: "e2e/custody", pkg: "github.com/getsops/sops/v3/cmd/sops"},
	"argocd-cmp-server": {module: "e2e/argocd", pkg: "./cmd/argocd-cmp-server", env: []string{argocdToolchain}},
	// Gitea keeps its data in SQLite, through C.
	"gitea": {module: "e2e/gitea", pkg: "code.gitea.io/gitea", env: []string{"CGO_ENABLED=1"},
		flags: []string{"-tags", "sqlite sqlite_unlock_notify"}},
	"kubeseal":           {module: "internal/custody/sealtest", pkg: "github.com/bitnami-labs/sealed-secrets/cmd/kubeseal"},
	"cert-manager-issue": {module: "internal/custody/clustertest", pkg: "./cmd/issue"},
	"etcd":               {module: "e2e/kube", pkg: "go.etcd.io/etcd/server/v3"},
	"kube-apiserver":     {module: "e2e/kube", pkg: "k8s.io/kubernetes/cmd/kube-apiserver", flags: kubeVersion},
	"kubectl":            {module: "e2e/kube", pkg: "k8s.io/kubernetes/cmd/kubectl", flags: kubeVersion},
	// Makes pods run that no kubelet runs.
	"kwok": {module: "e2e/kwok", pkg: "sigs.k8s.io/kwok/cmd/kwok"},
	"krew": {module: "e2e/krew", pkg: "sigs.k8s.io/krew/cmd/krew"},
	// Discovery finds targets in clouds and clusters; those of the tests are in its file.
	"prometheus": {module: "e2e/prometheus", pkg: "github.com/prometheus/prometheus/cmd/prometheus", flags: []string{"-tags", "remove_all_sd"}},
	"cmpclient":  {module: "e2e/argocd", pkg: "./cmd/cmpclient", env: []string{argocdToolchain}},
	// Argo CD's commit server, which its source hydrator calls.
	"hydrate":              {module: "e2e/argocd", pkg: "./cmd/hydrate", env: []string{argocdToolchain}},
	"kustomize-controller": {module: "e2e/flux", pkg: "github.com/fluxcd/kustomize-controller"},
}

var (
	mutex sync.Mutex
	built = map[string]string{}
)

// Program gives the absolute path of a program, and builds it first if this
// process has not done so. `go build` leaves alone what is up to date.
func Program(t testing.TB, name string) string {
	t.Helper()
	r, known := recipes[name]
	if !known {
		t.Fatalf("no recipe for %q", name)
	}
	mutex.Lock()
	defer mutex.Unlock()
	if path, done := built[name]; done {
		return path
	}
	path := filepath.Join(cache(), name)
	defer alone(t)()
	args := append([]string{"build", "-trimpath", "-ldflags", "-s -w", "-o", path}, r.flags...)
	cmd := exec.Command("go", append(args, r.pkg)...)
	cmd.Dir = filepath.Join(Root(), filepath.FromSlash(r.module))
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOWORK=off"), r.env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", name, err, out)
	}
	built[name] = path
	return path
}

// Source is a file of a module that a program is built from.
func Source(t testing.TB, name, module, path string) string {
	t.Helper()
	dir, _ := ModuleDir(t, recipes[name].module, module, "GOTOOLCHAIN=local")
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ModuleDir is the directory of a module that the one in a directory requires, and its
// version. It is downloaded where no build has needed it yet.
func ModuleDir(t testing.TB, from, module string, env ...string) (dir, version string) {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = filepath.Join(Root(), filepath.FromSlash(from))
	cmd.Env = append(append(os.Environ(), "GOWORK=off"), env...)
	out, err := cmd.Output()
	var of struct{ Dir, Version, Error string }
	if err != nil || json.Unmarshal(out, &of) != nil || of.Dir == "" {
		t.Fatalf("the source of %s: %v\n%s", module, err, out)
	}
	return of.Dir, of.Version
}

// Tool gives the path of l5d-pki-render, with its other programs beside it.
func Tool(t testing.TB) string {
	t.Helper()
	Program(t, "l5d-pki-render-full")
	Program(t, "l5d-pki-render-chart")
	Program(t, "l5d-pki-render-forge")
	Program(t, "l5d-pki-render-cluster")
	return Program(t, "l5d-pki-render")
}

// Root is the repository's root.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

func cache() string {
	if dir := os.Getenv("E2E_CACHE"); dir != "" {
		return dir
	}
	return filepath.Join(Root(), ".cache", "e2e")
}
