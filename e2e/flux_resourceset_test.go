package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/fluxcd"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"

	"sigs.k8s.io/yaml"
)

// fluxOperator is the module whose definition of a ResourceSet the page is held
// against, and its checksum. It needs Go 1.27, and nothing of it is built.
const (
	fluxOperator    = "github.com/controlplaneio-fluxcd/flux-operator@v0.59.0"
	fluxOperatorSum = "h1:jByuiWYtjSJxucGHuz68tV0DeVFz5CYrKQYfxAwE7lE="
)

// TestFluxResourceSet: an API server that has flux-operator's own definition takes the
// page's ResourceSet without a field that it does not know, and refuses others.
func TestFluxResourceSet(t *testing.T) {
	server := sharedServer(t)
	var definition map[string]any
	if err := yaml.Unmarshal(resourceSets(t), &definition); err != nil {
		t.Fatal(err)
	}
	fluxcd.Define(t, server, definition)
	page := resourceSetOfPage(t)
	for _, tt := range []struct{ name, old, with, refusal string }{
		{"page", "", "", ""},
		{"unknown field", "    timeout: 15m", "    timeOut: 15m", "timeOut"},
		{"value", "    timeout: 15m", "    timeout: soon", "timeout"},
		{"name twice", "- name: gate", "- name: mesh", "step names must be unique"},
		{"no resources", "  - name: mesh\n", "  - name: before\n  - name: mesh\n", "at least one of resources"},
	} {
		text := strings.Replace(page, tt.old, tt.with, 1)
		if text == page && tt.name != "page" {
			t.Fatalf("%s: the page has no %q", tt.name, tt.old)
		}
		body, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		code, answer, err := server.Do(http.MethodPost,
			"/apis/fluxcd.controlplane.io/v1/namespaces/"+fluxcd.Namespace+"/resourcesets?dryRun=All&fieldValidation=Strict", "application/json", body)
		if err != nil || (code == http.StatusCreated) != (tt.refusal == "") || !strings.Contains(string(answer), tt.refusal) {
			t.Errorf("%s: %d %v %.400s", tt.name, code, err, answer)
		}
	}
}

// resourceSetOfPage is the ResourceSet that docs/hosts/flux.md shows.
func resourceSetOfPage(t *testing.T) string {
	t.Helper()
	for _, b := range (Page{Path: "docs/hosts/flux.md"}).blocks(t) {
		if b.file == "clusters/resourceset.yaml" {
			return strings.Join(b.lines, "\n") + "\n"
		}
	}
	t.Fatal("the page has no clusters/resourceset.yaml")
	return ""
}

// resourceSets is the CustomResourceDefinition that the module ships.
func resourceSets(t *testing.T) []byte {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", fluxOperator)
	cmd.Dir, cmd.Env = filepath.Join(peer.Root(), "e2e/argocd"), append(os.Environ(), "GOTOOLCHAIN=go1.27.3", "GOWORK=off")
	out, err := cmd.Output()
	var module struct{ Dir, Sum, Error string }
	if err != nil || json.Unmarshal(out, &module) != nil || module.Sum != fluxOperatorSum {
		t.Fatalf("%s: %v\n%s", fluxOperator, err, out)
	}
	text, err := os.ReadFile(filepath.Join(module.Dir, "config/crd/bases/fluxcd.controlplane.io_resourcesets.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}
