package e2e

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// TestHelmPage runs docs/hosts/helm.md with each Helm: a repository of charts on a
// loopback port stands for Linkerd's, and a stand-in for the cluster.
func TestHelmPage(t *testing.T) {
	for i, major := range majors {
		t.Run("Helm "+major, func(t *testing.T) {
			s := NewSandbox(t, map[string]string{"helm": "helm" + major})
			s.Env = append(s.Env, "KUBECONFIG="+NewCluster(t))
			s.Write(t, "rotation.yaml", pageState(t))
			s.Copy(t, "pki", "pki")
			Page{
				Path: "docs/hosts/helm.md", Tags: []string{"helm" + major}, Others: []string{"helm" + majors[1-i]},
				Replace: map[string]string{
					"https://helm.linkerd.io/edge": chartRepository(t, s, "2026.8.3"),
					// This chart renders the Secrets of webhooks itself; the page has the command for older ones.
					"manifests --with-keys --layout embedded": "manifests --all --with-keys --layout embedded",
				},
			}.Run(t, s)
			checkPageRenders(t, s)
		})
	}
}

// pageState is a state of the control plane and of viz, whose keys lie in pki/ beside it.
func pageState(t testing.TB) string {
	t.Helper()
	text := readText(t, peer.Fixture("rotation/webhooks/stable.yaml"))
	_, viz, found := strings.Cut(readText(t, peer.Fixture("viz/state.yaml")), "\n  webhooks:\n")
	if !found {
		t.Fatal("fixtures/viz/state.yaml has no webhooks")
	}
	return strings.ReplaceAll(strings.ReplaceAll(text+viz, "../../pki/", "pki/"), "../pki/", "pki/")
}

// checkPageRenders: what the page's commands left behind carries the state's PKI.
func checkPageRenders(t testing.TB, s *Sandbox) {
	t.Helper()
	direct := ParseObjects(t, []byte(readText(t, filepath.Join(s.Dir, "rendered.yaml"))))
	SameObjects(t, "piped", ParseObjects(t, []byte(readText(t, filepath.Join(s.Dir, "piped.yaml")))), direct)
	release := ParseObjects(t, s.MustRun(t, "", nil, "helm", "get", "manifest", "linkerd-control-plane", "-n", "linkerd"))
	SameObjects(t, "release", release, direct)
	if want := strings.TrimSpace(readText(t, peer.Fixture("pki/anchor-2025.crt"))); strings.TrimSpace(bundleOf(t, direct)) != want {
		t.Error("the delivered bundle is not the state's anchor")
	}
	if replicas := direct["Deployment linkerd/linkerd-identity"].(map[string]any)["spec"].(map[string]any)["replicas"]; replicas != 3.0 && replicas != int64(3) {
		t.Errorf("the user's own values are lost: %v replicas", replicas)
	}
}

// chartRepository serves the fixture charts of a version, packed and listed by
// real Helm, and gives its address.
func chartRepository(t testing.TB, s *Sandbox, version string) string {
	t.Helper()
	made := filepath.Join(filepath.Dir(s.Dir), "repository")
	for _, name := range []string{"control-plane", "viz"} {
		s.Copy(t, "charts/"+name, "../charts/"+name)
		// The traits of charts/families/2.19.yaml, which the fixture states are for.
		values := readText(t, peer.Fixture("charts/"+name+"/values.yaml"))
		values = strings.Replace(values, "linkerdVersion: stable-2.14.10", "linkerdVersion: edge-25.10.7", 1)
		values = strings.Replace(values, "pins: strict", "pins: loose", 1)
		s.Write(t, "../charts/"+name+"/values.yaml", values)
		s.MustRun(t, "", nil, "helm", "package", "../charts/"+name, "--version", version, "-d", made)
	}
	s.MustRun(t, "", nil, "helm", "repo", "index", made)
	server := httptest.NewServer(http.FileServer(http.Dir(made)))
	t.Cleanup(server.Close)
	return server.URL
}
