package engines

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"

	"sigs.k8s.io/yaml"
)

// pins are values under which Linkerd's charts render the same bytes each time.
const pins = `
heartbeatSchedule: 0 0 * * *
identityTrustAnchorsPEM: anchors
identity: {issuer: {crtExpiry: x, tls: {crtPEM: crt, keyPEM: key}}}
proxyInjector: {externalSecret: true, caBundle: ca}
profileValidator: {externalSecret: true, caBundle: ca}
policyValidator: {externalSecret: true, caBundle: ca}
tap: {externalSecret: true, caBundle: ca}
tapInjector: {externalSecret: true, caBundle: ca}
webhook: {externalSecret: true, caBundle: ca}
`

// TestEnginesOnLinkerdsCharts: the same for checkouts of Linkerd's own charts, one
// directory per release: L5D_PKI_CHARTS/<tag>/{charts,viz/charts,…}/<chart>.
func TestEnginesOnLinkerdsCharts(t *testing.T) {
	root := os.Getenv("L5D_PKI_CHARTS")
	if root == "" {
		t.Skip("SKIPPED, NOT PASSED: set L5D_PKI_CHARTS to a directory of Linkerd's charts, one subdirectory per tag")
	}
	helms := map[string]*e2e.Helm{"3": e2e.NewHelm(t, "3"), "4": e2e.NewHelm(t, "4")}
	files, err := filepath.Glob(filepath.Join(root, "*", "charts", "*", "Chart.yaml"))
	more, errMore := filepath.Glob(filepath.Join(root, "*", "*", "charts", "*", "Chart.yaml"))
	if files = append(files, more...); err != nil || errMore != nil || len(files) == 0 {
		t.Fatalf("no charts in %s (%v, %v)", root, err, errMore)
	}
	for _, file := range files {
		name, _ := filepath.Rel(root, filepath.Dir(file))
		if base := filepath.Base(name); base == "partials" || base == "patch" || strings.Contains(name, "linkerd-control-plane/charts") {
			continue // templates of the others
		}
		t.Run(name, func(t *testing.T) {
			chart := complete(t, filepath.Dir(file))
			for _, major := range []string{"3", "4"} {
				compare(t, helms[major], chart)
			}
		})
	}
}

// compare renders a chart by Helm and by the program that `chart` runs, which
// takes a request without a phase. A chart that Helm refuses has to be refused.
func compare(t *testing.T, h *e2e.Helm, chart string) {
	t.Helper()
	h.Write(t, "pins.yaml", pins)
	args := []string{"template", "linkerd", chart, "--namespace", "linkerd", "--kube-version", "1.34.0", "--include-crds", "-f", "pins.yaml"}
	want := h.Run(t, "", nil, "helm", args...)
	request, err := json.Marshal(map[string]any{
		"protocol": 4, "chart": chart, "engine": "helm" + h.Major, "release": "linkerd", "namespace": "linkerd", "kubeVersion": "1.34.0", "includeCRDs": true,
		"values": map[string]any{"files": []any{map[string]any{"name": "pins", "data": []byte(pins)}}}, "access": map[string]any{}, "times": 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	got, refused := answer(t, h.MustRun(t, string(request), nil, "l5d-pki-render-chart"))
	switch {
	case want.Code != 0 && refused != "":
		t.Logf("Helm %s refuses it: %s", h.Major, want.Stderr)
	case want.Code != 0 || refused != "":
		t.Errorf("Helm %s: exit %d %s, and ours: %q", h.Major, want.Code, want.Stderr, refused)
	case got != want.Stdout:
		t.Errorf("Helm %s: not its bytes: %d, want %d", h.Major, len(got), len(want.Stdout))
	}
}

// answer is what the chart program rendered, as `helm template` prints it, or why not.
func answer(t *testing.T, reply []byte) (stream, refused string) {
	t.Helper()
	var r struct {
		Answer struct {
			Renders [][]struct {
				Source, Text string
				Hook         bool
			}
		}
		Problems []struct{ Text string }
	}
	if err := json.Unmarshal(reply, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Problems) > 0 {
		return "", r.Problems[0].Text
	}
	var manifests, hooks strings.Builder
	for _, d := range r.Answer.Renders[0] {
		text := "---\n# Source: " + d.Source + "\n" + d.Text + "\n"
		if d.Hook {
			hooks.WriteString(text)
		} else {
			manifests.WriteString(text)
		}
	}
	return strings.TrimSpace(manifests.String()) + "\n" + hooks.String(), ""
}

// complete copies a chart with the dependencies that lie beside it, as `helm
// dependency build` does.
func complete(t *testing.T, source string) string {
	t.Helper()
	chart := filepath.Join(t.TempDir(), filepath.Base(source))
	if err := peer.CopyPrivate(chart, source); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"Chart.yaml", "requirements.yaml"} {
		text, err := os.ReadFile(filepath.Join(source, list))
		if err != nil || !bytes.Contains(text, []byte("file://")) {
			continue
		}
		var listed struct {
			Dependencies []struct{ Name, Repository string }
		}
		if err := yaml.Unmarshal(text, &listed); err != nil {
			t.Fatal(err)
		}
		for _, d := range listed.Dependencies {
			beside := filepath.Join(source, strings.TrimPrefix(d.Repository, "file://"))
			if err := peer.CopyPrivate(filepath.Join(chart, "charts", d.Name), complete(t, beside)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return chart
}
