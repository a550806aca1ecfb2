package postrender_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/postrender"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/aymanbagabas/go-udiff"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/releaseutil"
	"sigs.k8s.io/yaml"
)

const fixtures = "../../fixtures"

// loadChart reads a chart folder and, where its Chart.yaml names them and its
// charts folder lacks them, dependencies that lie beside it.
func loadChart(t testing.TB, dir string) *chart.Chart {
	t.Helper()
	c, err := loader.LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range c.Metadata.Dependencies {
		if beside, ok := strings.CutPrefix(d.Repository, "file://"); ok && len(c.Dependencies()) == 0 {
			c.AddDependency(loadChart(t, filepath.Join(dir, beside)))
		}
	}
	return c
}

// template gives what `helm template` hands to a post-renderer.
func template(c *chart.Chart, namespace string, values map[string]any) ([]byte, error) {
	release := chartutil.ReleaseOptions{Name: "linkerd", Namespace: namespace, Revision: 1, IsInstall: true}
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = chartutil.KubeVersion{Version: "v1.34.0", Major: "1", Minor: "34"}
	all, err := chartutil.ToRenderValues(c, values, release, capabilities)
	if err != nil {
		return nil, err
	}
	rendered, err := engine.Render(c, all)
	if err != nil {
		return nil, err
	}
	for name := range rendered {
		if strings.HasSuffix(name, "NOTES.txt") {
			delete(rendered, name)
		}
	}
	_, manifests, err := releaseutil.SortManifests(rendered, capabilities.APIVersions, releaseutil.InstallOrder)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, m := range manifests {
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", m.Name, m.Content)
	}
	return out.Bytes(), nil
}

// merge lays values over others, map by map.
func merge(under, over map[string]any) map[string]any {
	return chartutil.CoalesceTables(over, under)
}

func readValues(t testing.TB, text []byte) map[string]any {
	t.Helper()
	values := map[string]any{}
	if err := yaml.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	return values
}

// phaseState loads a state of fixtures/rotation for another Linkerd version.
func phaseState(t testing.TB, file, version string) (*state.Rotation, render.Keys) {
	t.Helper()
	path := filepath.Join(fixtures, "rotation", file)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(path, data)
	if err != nil {
		t.Fatal(err)
	}
	s.Spec.Linkerd.Version = version
	keys := render.Keys{}
	for _, key := range render.KeyPaths(s) {
		pem, err := os.ReadFile(filepath.Join(filepath.Dir(path), key))
		keys[key] = render.Key{PEM: pem, Err: err}
	}
	return s, keys
}

// phases of fixtures/rotation, of every kind of rotation.
var phases = []string{
	"bundle/stable.yaml", "bundle/anchor-added.yaml", "bundle/anchor-spread.yaml", "bundle/issuer-switched.yaml", "bundle/anchor-dropped.yaml", "bundle/stable-after.yaml",
	"cross-sign/issuer-switched.yaml", "cross-sign/anchor-swapped.yaml",
	"issuer/issuer-switched.yaml", "webhooks/webhook-ca-added.yaml", "webhooks/webhook-cert-switched.yaml", "replace/replaced.yaml", "renew/renewed.yaml",
}

// lawsOfChart proves both laws of docs/targets.md on one chart: the values of
// each phase, fed to the chart, give what post-rendering gives.
func lawsOfChart(t *testing.T, c *chart.Chart, base map[string]any, version string) {
	t.Helper()
	compared := 0
	var previous []byte
	for _, file := range phases {
		s, keys := phaseState(t, file, version)
		out, err := render.Values(render.ValuesInput{State: s, Keys: keys, Layout: render.Embedded})
		if err != nil {
			t.Fatalf("%s: values: %v", file, err)
		}
		want, err := template(c, "linkerd", merge(base, readValues(t, out.YAML)))
		if err != nil {
			t.Fatalf("%s: the chart refuses the values: %v", file, err)
		}
		post := &postrender.Renderer{State: s, Keys: keys}
		got, err := post.Run(bytes.NewBuffer(want))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		same(t, file+": the chart's own render is already right", got.Bytes(), want)
		if previous != nil && strings.HasPrefix(file, "bundle/") {
			got, err := post.Run(bytes.NewBuffer(previous))
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			same(t, file+": post-rendered from the phase before", got.Bytes(), want)
		}
		previous = want
		compared++
	}
	if compared != len(phases) {
		t.Fatalf("compared %d phases", compared)
	}
	externalLayout(t, c, base, version)
	unpinnedAgree(t, c, base, version)
}

// externalLayout: with values that hold no key the chart leaves the issuer
// Secret to others, and post-rendering finds everything right.
func externalLayout(t *testing.T, c *chart.Chart, base map[string]any, version string) {
	t.Helper()
	s, keys := phaseState(t, "bundle/issuer-switched.yaml", version)
	s.Spec.Linkerd.IssuerScheme = "kubernetes.io/tls"
	out, err := render.Values(render.ValuesInput{State: s})
	if err != nil {
		t.Fatal(err)
	}
	if out.HoldsKeys || bytes.Contains(out.YAML, []byte("PRIVATE KEY")) {
		t.Fatal("layout external holds a key")
	}
	want, err := template(c, "linkerd", merge(base, readValues(t, out.YAML)))
	if err != nil {
		t.Fatalf("the chart refuses the values of layout external: %v", err)
	}
	if bytes.Contains(want, []byte("key.pem")) {
		t.Error("the chart renders the issuer Secret")
	}
	got, err := (&postrender.Renderer{State: s, Keys: keys}).Run(bytes.NewBuffer(want))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "layout external", got.Bytes(), want)
}

// unpinnedAgree: two renders without pins differ, and no longer do afterwards.
func unpinnedAgree(t *testing.T, c *chart.Chart, base map[string]any, version string) {
	t.Helper()
	s, keys := phaseState(t, "bundle/anchor-added.yaml", version)
	out, err := render.Values(render.ValuesInput{State: s, Keys: keys, Layout: render.Embedded})
	if err != nil {
		t.Fatal(err)
	}
	values := readValues(t, out.YAML)
	for _, pin := range []string{"proxyInjector", "profileValidator", "policyValidator", "heartbeatSchedule"} {
		delete(values, pin)
	}
	var raw, done [2][]byte
	for i := range raw {
		if raw[i], err = template(c, "linkerd", merge(base, values)); err != nil {
			t.Fatal(err)
		}
		rendered, err := (&postrender.Renderer{State: s, Keys: keys}).Run(bytes.NewBuffer(raw[i]))
		if err != nil {
			t.Fatal(err)
		}
		done[i] = rendered.Bytes()
	}
	if bytes.Equal(raw[0], raw[1]) {
		t.Fatal("two unpinned renders are equal to begin with")
	}
	same(t, "two unpinned renders", done[1], done[0])
}

func same(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Fatalf("%s: not the same bytes:\n%.3000s", what, udiff.Unified("want", "got", string(want), string(got)))
	}
}

// TestLawsOnFixtureCharts runs without anything from outside.
func TestLawsOnFixtureCharts(t *testing.T) {
	families, err := filepath.Glob(filepath.Join(fixtures, "charts", "families", "*.yaml"))
	if err != nil || len(families) < 5 {
		t.Fatalf("%d families (%v)", len(families), err)
	}
	c := loadChart(t, filepath.Join(fixtures, "charts", "control-plane"))
	for _, path := range families {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		version := strings.TrimSuffix(filepath.Base(path), ".yaml")
		t.Run(version, func(t *testing.T) { lawsOfChart(t, c, readValues(t, text), version) })
	}
}

// TestLawsOnRealCharts runs on checkouts of Linkerd's charts:
// L5D_PKI_CHARTS=DIR with DIR/<tag>/charts/{linkerd2,linkerd-control-plane,partials}.
func TestLawsOnRealCharts(t *testing.T) {
	root := os.Getenv("L5D_PKI_CHARTS")
	if root == "" {
		t.Skip("SKIPPED, NOT PASSED: set L5D_PKI_CHARTS to a folder of Linkerd's charts, one subfolder per tag")
	}
	tags, err := os.ReadDir(root)
	if err != nil || len(tags) == 0 {
		t.Fatalf("no charts in %s (%v)", root, err)
	}
	for _, tag := range tags {
		t.Run(tag.Name(), func(t *testing.T) {
			dir := filepath.Join(root, tag.Name(), "charts", "linkerd-control-plane")
			if _, err := os.Stat(dir); err != nil {
				dir = filepath.Join(root, tag.Name(), "charts", "linkerd2")
			}
			if _, err := linkerd.ParseVersion(tag.Name()); err != nil {
				t.Skipf("SKIPPED: no release that is covered: %v", err)
			}
			lawsOfChart(t, loadChart(t, dir), map[string]any{"linkerdVersion": tag.Name()}, tag.Name())
		})
	}
}
