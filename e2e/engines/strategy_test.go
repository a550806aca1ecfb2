package engines

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	release "helm.sh/helm/v4/pkg/release/v1"
)

// renderer is our post-renderer as helm-controller calls its own: in its process.
type renderer func(*bytes.Buffer) (*bytes.Buffer, error)

func (r renderer) Run(in *bytes.Buffer) (*bytes.Buffer, error) { return r(in) }

const hook = `apiVersion: batch/v1
kind: Job
metadata:
  name: before-install
  namespace: {{ .Release.Namespace }}
  annotations: {helm.sh/hook: pre-install}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: check, image: images.example/check}]}
`

// TestPostRenderStrategies: Helm's library with each way to post-render that
// helm-controller of Flux 2.9 offers (spec.postRenderStrategy) makes the same
// release of our output: the phase's bundle is in it, and the hook.
func TestPostRenderStrategies(t *testing.T) {
	s := e2e.NewSandbox(t, nil)
	fixture := e2e.ControlPlane(t, s)
	s.Copy(t, "charts/control-plane", "chart")
	s.Write(t, "chart/templates/hook.yaml", hook)
	state := peer.Fixture("rotation/bundle/anchor-added.yaml")
	values := map[string]any{}
	for _, file := range fixture.Values {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		more, err := loader.LoadValues(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		values = loader.MergeMaps(values, more)
	}
	releases := map[action.PostRenderStrategy]e2e.Objects{}
	for strategy, sees := range map[action.PostRenderStrategy]string{
		action.PostRenderStrategyCombined: "hook with the rest", action.PostRenderStrategyNoHooks: "no hook", action.PostRenderStrategySeparate: "hook alone",
	} {
		chart, err := loader.LoadDir(filepath.Join(s.Dir, "chart"))
		if err != nil {
			t.Fatal(err)
		}
		var calls []string
		install := action.NewInstall(&action.Configuration{})
		install.DryRunStrategy, install.ReleaseName, install.Namespace, install.Replace = action.DryRunClient, "linkerd", "linkerd", true
		install.KubeVersion = &common.KubeVersion{Version: "v1.34.0", Major: "1", Minor: "34"}
		install.PostRenderStrategy = strategy
		install.PostRenderer = renderer(func(in *bytes.Buffer) (*bytes.Buffer, error) {
			stream := in.String()
			calls = append(calls, map[bool]string{true: "hook", false: "no hook"}[strings.Contains(stream, "before-install")])
			if strings.Contains(stream, "before-install") && strings.Contains(stream, "linkerd-config") {
				calls[len(calls)-1] = "hook with the rest"
			}
			args := []string{"post-render", "-s", state}
			if !strings.Contains(stream, "linkerd-config") {
				args = append(args, "--allow-nothing")
			}
			return bytes.NewBuffer(s.MustRun(t, stream, nil, "l5d-pki-render", args...)), nil
		})
		made, err := install.Run(chart, values)
		if err != nil {
			t.Fatalf("%s: %v", strategy, err)
		}
		r := made.(*release.Release)
		stream := r.Manifest
		for _, h := range r.Hooks {
			stream += "\n---\n" + h.Manifest
		}
		releases[strategy] = e2e.ParseObjects(t, []byte(stream))
		got := strings.ReplaceAll(strings.Join(calls, ", "), "hook, no hook", "hook alone")
		if got != sees {
			t.Errorf("%s: the post-renderer sees %s, want %s", strategy, got, sees)
		}
		if releases[strategy]["Job linkerd/before-install"] == nil || !strings.Contains(stream, "ca-bundle.crt") {
			t.Errorf("%s: %v", strategy, releases[strategy].Names())
		}
	}
	for strategy, objects := range releases {
		e2e.SameObjects(t, string(strategy), objects, releases[action.PostRenderStrategyCombined])
	}
}
