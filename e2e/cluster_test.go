package e2e

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// TestHelmReleases: install by one phase, upgrade by the next, on a stand-in of a
// cluster. The manifest that Helm keeps in the release is that of the phase.
// `helm rollback` runs no post-renderer: it puts back the manifest that it kept.
func TestHelmReleases(t *testing.T) {
	for _, major := range majors {
		h := NewHelm(t, major)
		chart := ControlPlane(t, h.Sandbox)
		h.Env = append(h.Env, "KUBECONFIG="+NewCluster(t))
		manifests := map[string]Objects{}
		for _, phase := range []string{"anchor-added", "issuer-switched"} {
			state := peer.Fixture("rotation/bundle/" + phase + ".yaml")
			args := append([]string{"upgrade", "--install", "linkerd", chart.Path, "--namespace", "linkerd", "--create-namespace"}, PostRenderer(state)...)
			for _, file := range chart.Values {
				args = append(args, "-f", file)
			}
			h.MustRun(t, "", nil, "helm", args...)
			manifests[phase] = ParseObjects(t, h.MustRun(t, "", nil, "helm", "get", "manifest", "linkerd", "-n", "linkerd"))
			SameObjects(t, "Helm "+major+", "+phase, manifests[phase], h.PostRendered(t, state, chart))
		}
		h.MustRun(t, "", nil, "helm", "rollback", "linkerd", "1", "-n", "linkerd")
		back := ParseObjects(t, h.MustRun(t, "", nil, "helm", "get", "manifest", "linkerd", "-n", "linkerd"))
		SameObjects(t, "Helm "+major+", rollback", back, manifests["anchor-added"])
		if history := string(h.MustRun(t, "", nil, "helm", "history", "linkerd", "-n", "linkerd")); !strings.Contains(history, "Rollback to 1") {
			t.Errorf("Helm %s: %s", major, history)
		}
	}
}
