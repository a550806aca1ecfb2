package e2e

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// withoutOutputs is the state of the Flux layout without what it owns.
func withoutOutputs(t testing.TB) string {
	t.Helper()
	state := fixture(t, "gitops/flux/pki/rotation.yaml")
	outputs, status := strings.Index(state, "  outputs:"), strings.Index(state, "status:")
	if outputs < 0 || status < outputs {
		t.Fatal("the layout has no outputs")
	}
	return state[:outputs] + state[status:]
}

// TestKustomizePage runs the page; Linkerd's chart is the small one of the fixtures.
func TestKustomizePage(t *testing.T) {
	s := NewSandbox(t, map[string]string{"kustomize": "kustomize", "helm": "helm3"})
	s.Write(t, "linkerd/pki/rotation.yaml", AsFunction(t, withoutOutputs(t)))
	Page{Path: "docs/hosts/kustomize.md", Replace: map[string]string{
		"linkerd/linkerd-control-plane --version 2026.8.3": peer.Fixture("charts/control-plane") + " -f " + peer.Fixture("charts/families/2.19.yaml"),
	}}.Run(t, s)
}
