package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// storedState is a state of fixtures/ whose keys are in a secret store.
func storedState(t *testing.T, phase string) string {
	t.Helper()
	text := readText(t, peer.Fixture("rotation/"+phase+".yaml"))
	with := strings.Replace(keyPaths.ReplaceAllString(text, "key: "), "custody: {kind: file}", "custody: {kind: external-secret, store: vault}", 1)
	path := filepath.Join(t.TempDir(), "rotation.yaml")
	if err := os.WriteFile(path, []byte(with), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestArgoCDCustody: without a word in the Application, the plugin server's answer
// has the custody's objects: those that post-render puts into a stream, and those
// that `manifests` delivers beside a chart.
func TestArgoCDCustody(t *testing.T) {
	server, s := NewCMPServer(t), NewSandbox(t, nil)
	chart := ControlPlane(t, s)
	base := peer.Fixture("rotation/bundle/stable.yaml")
	stream := string(s.MustRun(t, "", nil, "l5d-pki-render", append([]string{"chart", "--with-keys", "-s", base}, chart.args()...)...))
	for _, phase := range []string{"bundle/anchor-added", "bundle/issuer-switched"} {
		state := storedState(t, phase)
		beside := ParseObjects(t, s.MustRun(t, "", nil, "l5d-pki-render", append([]string{"chart", "-s", state}, chart.args()...)...))
		maps.Copy(beside, ParseObjects(t, s.MustRun(t, "", nil, "l5d-pki-render", "manifests", "--layout", "embedded", "-s", state)))
		inPlace := ParseObjects(t, s.MustRun(t, stream, nil, "l5d-pki-render", "post-render", "-s", state))
		for layout, want := range map[string]Objects{"chart": beside, "kustomization": inPlace, "manifests": inPlace} {
			app := ArgoApplication(t, s, layout, state, base, chart.Path, chart.Values...)
			got := ParseObjects(t, server.Generate(t, app))
			SameObjects(t, phase+", "+layout, got, want)
			if n := len(got) - len(got.Without("ExternalSecret")); n != 4 {
				t.Errorf("%s, %s: %d ExternalSecrets, want 4", phase, layout, n)
			}
		}
	}
}
