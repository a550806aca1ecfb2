// Package fluxcd runs Flux's kustomize-controller against a real API server. The
// test plays source-controller: it serves a repository as an archive on loopback, and
// writes into the status of a source where the archive is.
package fluxcd

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"

	"sigs.k8s.io/yaml"
)

const (
	// Namespace has the source, the Kustomization and its Secrets.
	Namespace = "flux-system"
	// name is that of the source and of the Kustomization.
	name = "linkerd"
	// manager is the controller's name in managedFields.
	manager = "kustomize-controller"

	// maxReconcile bounds what takes a second on an idle machine.
	maxReconcile = 5 * time.Minute
)

// Controller is a running kustomize-controller.
type Controller struct {
	server  *apiserver.Server
	archive *archive
	source  string // kind of the source
	cmd     *exec.Cmd
}

// Start starts a controller. source is the kind of the source: GitRepository or
// ExternalArtifact. Call Stop when done with it.
func Start(t testing.TB, server *apiserver.Server, source string) *Controller {
	t.Helper()
	Define(t, server, definitions(t)...)
	dir, err := os.MkdirTemp("", "fluxcd")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(peer.Program(t, "kustomize-controller"),
		"--metrics-addr=0", "--health-addr=0", "--requeue-dependency=1s", "--feature-gates=ExternalArtifact=true")
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "KUBECONFIG=" + server.Kubeconfig, "RUNTIME_NAMESPACE=" + Namespace}
	// A test that is killed takes the program with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &Controller{server: server, source: source, archive: serve(), cmd: cmd}
}

// Stop ends the controller.
func (c *Controller) Stop() {
	_ = c.cmd.Process.Kill() // it has nothing to save
	_ = c.cmd.Wait()
	c.archive.server.Close()
	_ = os.RemoveAll(c.cmd.Dir) // a temporary directory
}

// Define brings definitions of kinds to a server, and the namespaces of Flux and Linkerd.
func Define(t testing.TB, server *apiserver.Server, definitions ...map[string]any) {
	t.Helper()
	for _, namespace := range []string{Namespace, "linkerd"} {
		server.Apply(t, "/api/v1/namespaces/"+namespace, "test", object("v1", "Namespace", "", namespace))
	}
	path := func(definition map[string]any) string {
		return "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + apiserver.Name(definition)
	}
	for _, definition := range definitions {
		server.Apply(t, path(definition), "test", definition)
	}
	for _, definition := range definitions {
		until(t, "the API serves "+apiserver.Name(definition), func() (bool, any) { return served(t, server, path(definition)) })
	}
}

// served reports whether a definition is established, and its first version answers.
func served(t testing.TB, server *apiserver.Server, path string) (bool, any) {
	definition := server.Get(t, path)
	if condition(definition, "Established")["status"] != "True" {
		return false, definition["status"]
	}
	spec := definition["spec"].(map[string]any)
	version := spec["versions"].([]any)[0].(map[string]any)["name"]
	root := fmt.Sprint("/apis/", spec["group"], "/", version, "/", spec["names"].(map[string]any)["plural"])
	return server.Get(t, root) != nil, root
}

// definitions are the CustomResourceDefinition of a Kustomization, as the module
// ships it, and of the kinds of sources, of which the controller only reads the status.
func definitions(t testing.TB) []map[string]any {
	t.Helper()
	all := []map[string]any{parse(t, peer.Source(t, "kustomize-controller", "github.com/fluxcd/kustomize-controller",
		"config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml"))}
	for plural, kind := range map[string]string{
		"gitrepositories": "GitRepository", "ocirepositories": "OCIRepository", "buckets": "Bucket", "externalartifacts": "ExternalArtifact",
	} {
		all = append(all, parse(t, fmt.Sprintf(sourceDefinition, plural, kind)))
	}
	return all
}

const sourceDefinition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: %[1]s.source.toolkit.fluxcd.io
spec:
  group: source.toolkit.fluxcd.io
  names: {kind: %[2]s, listKind: %[2]sList, plural: %[1]s}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
`

func parse(t testing.TB, text string) map[string]any {
	t.Helper()
	var o map[string]any
	if err := yaml.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// until polls: what is waited for happens in other programs. why says what is missing.
func until(t testing.TB, what string, done func() (ok bool, why any)) {
	t.Helper()
	for deadline := time.Now().Add(maxReconcile); ; time.Sleep(50 * time.Millisecond) {
		ok, why := done()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s: %v", maxReconcile, what, why)
		}
	}
}

func object(version, kind, namespace, name string) map[string]any {
	metadata := map[string]any{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	return map[string]any{"apiVersion": version, "kind": kind, "metadata": metadata}
}

// condition is one of an object's conditions; nil if it has none of that type.
func condition(o map[string]any, kind string) map[string]any {
	status, _ := o["status"].(map[string]any)
	conditions, _ := status["conditions"].([]any)
	for _, c := range conditions {
		if c, _ := c.(map[string]any); c["type"] == kind {
			return c
		}
	}
	return nil
}
