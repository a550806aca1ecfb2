package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart"
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/kustomize"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// serveChart is cmd/l5d-pki-render-chart, for transcripts.
func serveChart() {
	if err := chart.Serve(os.Stdin, os.Stdout, kustomize.Serve); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// chartStates are phases of every kind of rotation, relative to fixtures/rotation.
var chartStates = []string{
	"bundle/stable.yaml", "bundle/issuer-switched.yaml", "webhooks/webhook-ca-added.yaml",
}

// ownVersion copies a state of fixtures/rotation for another version of Linkerd,
// beside a link to the test keys.
func ownVersion(t *testing.T, file, version string) string {
	t.Helper()
	source := filepath.Join("../../fixtures/rotation", file)
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(source, text)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(text, fmt.Appendf(nil, "version: %q", s.Spec.Linkerd.Version), fmt.Appendf(nil, "version: %q", version), 1)
	dir := filepath.Join(t.TempDir(), "rotation", filepath.Dir(file))
	pki := filepath.Join(closedFixtures(t, "pki"), "pki")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(pki, filepath.Join(dir, "..", "..", "pki")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, filepath.Base(file))
	if err := os.WriteFile(path, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// runChart runs the command and gives stdout.
func runChart(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("l5d-pki-render", append([]string{"chart"}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	return out
}

// TestChartIsDeterministic: 20 runs give the same bytes of a chart that makes up
// three certificates and a time of day in each render. With keys, where it is
// left to make them up before they are replaced, some runs are enough: each
// renders twice and compares.
func TestChartIsDeterministic(t *testing.T) {
	path := ownVersion(t, "bundle/anchor-added.yaml", "2.13")
	for keys, runs := range map[string]int{"--with-keys=true": 5, "--with-keys=false": 20} {
		var first []byte
		for i := range runs {
			out := runChart(t, "../../fixtures/charts/control-plane", "-s", path, "-f", "../../fixtures/charts/families/2.13.yaml", keys)
			if i == 0 {
				first = out
			} else if !bytes.Equal(out, first) {
				t.Fatalf("%s: run %d differs from the first", keys, i)
			}
		}
		if holds := bytes.Contains(first, []byte("kind: Secret\n")); holds != (keys == "--with-keys=true") {
			t.Errorf("%s: holds Secrets: %v", keys, holds)
		}
	}
}

type family struct{ version, values string }

func families(t *testing.T) []family {
	t.Helper()
	paths, err := filepath.Glob("../../fixtures/charts/families/*.yaml")
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d families (%v)", len(paths), err)
	}
	var all []family
	for _, p := range paths {
		all = append(all, family{strings.TrimSuffix(filepath.Base(p), ".yaml"), p})
	}
	return all
}

// TestChartIsTemplateAndPostRender: the command's output is what Helm's engine
// gives for the user's values and the issuer's, put through post-render; the
// webhooks need not be values for it.
func TestChartIsTemplateAndPostRender(t *testing.T) {
	compared := 0
	for _, family := range families(t) {
		for _, file := range chartStates {
			path := ownVersion(t, file, family.version)
			got := runChart(t, "../../fixtures/charts/control-plane", "-s", path, "-f", family.values, "--with-keys")
			traits, err := os.ReadFile(family.values)
			if err != nil {
				t.Fatal(err)
			}
			want := templateAndPostRender(t, path, "../../fixtures/charts/control-plane", traits)
			if !bytes.Equal(got, want) {
				t.Errorf("%s %s: not the template, post-rendered", family.version, file)
			}
			compared++
		}
	}
	if compared < 15 {
		t.Fatalf("compared %d", compared)
	}
}

// templateAndPostRender renders the chart with the values of the command
// `values --layout embedded`, webhooks left out where that chart renders no
// Secret for them, and post-renders with the library.
func templateAndPostRender(t *testing.T, path, dir string, traits []byte) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	keys := render.Keys{}
	for _, key := range render.KeyPaths(s) {
		pem, err := os.ReadFile(filepath.Join(filepath.Dir(path), key))
		keys[key] = render.Key{PEM: pem, Err: err}
	}
	values, err := render.Values(render.ValuesInput{State: s, Keys: keys, Layout: render.Embedded})
	if err != nil {
		t.Fatal(err)
	}
	files := []exchange.File{{Name: "traits", Data: traits}, {Name: "phase", Data: values.YAML}}
	if values.NeedsManifests {
		webhook := "{externalSecret: false, caBundle: \"\"}"
		files = append(files, exchange.File{Name: "webhooks", Data: []byte("proxyInjector: " + webhook + "\nprofileValidator: " + webhook + "\npolicyValidator: " + webhook + "\n")})
	}
	answer, err := chart.Render(exchange.Request{Chart: dir, Namespace: "linkerd", KubeVersion: "1.34.0", Times: 1, Values: exchange.Values{Files: files}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := render.PostRender(render.Input{State: s, Keys: keys, Stream: exchange.Stream(answer.Renders[0])})
	if err != nil {
		t.Fatal(err)
	}
	return out.Stream
}

// TestRealCharts holds the same on checkouts of Linkerd's charts:
// L5D_PKI_CHARTS=DIR with DIR/<tag>/charts/{linkerd2,linkerd-control-plane,partials}.
func TestRealCharts(t *testing.T) {
	root := os.Getenv("L5D_PKI_CHARTS")
	if root == "" {
		t.Skip("SKIPPED, NOT PASSED: set L5D_PKI_CHARTS to a folder of Linkerd's charts, one subfolder per tag")
	}
	tags, err := filepath.Glob(filepath.Join(root, "stable-*"))
	if err != nil || len(tags) == 0 {
		t.Fatalf("no stable charts in %s (%v)", root, err)
	}
	for _, tag := range tags {
		version := filepath.Base(tag)
		if _, err := linkerd.ParseVersion(version); err != nil {
			t.Logf("%s: %v", version, err)
			continue
		}
		t.Run(version, func(t *testing.T) {
			dir, path := withPartials(t, filepath.Join(tag, "charts")), ownVersion(t, "bundle/issuer-switched.yaml", version)
			got := runChart(t, dir, "-s", path, "--set", "linkerdVersion="+version, "--with-keys")
			if want := templateAndPostRender(t, path, dir, []byte("linkerdVersion: "+version+"\n")); !bytes.Equal(got, want) {
				t.Error("not the template, post-rendered")
			}
			if git := runChart(t, dir, "-s", path, "--set", "linkerdVersion="+version); bytes.Contains(git, []byte("kind: Secret\n")) || len(git) < 10_000 {
				t.Errorf("for Git: %d bytes, or Secrets in it", len(git))
			}
		})
	}
}

// withPartials copies the control plane's chart and puts the dependencies that
// lie beside it into its charts folder, as `helm dependency build` does.
func withPartials(t *testing.T, charts string) string {
	t.Helper()
	source := filepath.Join(charts, "linkerd-control-plane")
	if _, err := os.Stat(source); err != nil {
		source = filepath.Join(charts, "linkerd2")
	}
	dir := filepath.Join(t.TempDir(), "chart")
	for from, to := range map[string]string{source: dir, filepath.Join(charts, "partials"): filepath.Join(dir, "charts", "partials")} {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	for _, beside := range []string{"patch", "linkerd-crds"} {
		for _, list := range []string{"Chart.yaml", "requirements.yaml"} {
			text, err := os.ReadFile(filepath.Join(source, list))
			if err != nil || !bytes.Contains(text, []byte("file://../"+beside)) {
				continue
			}
			if err := os.CopyFS(filepath.Join(dir, "charts", beside), os.DirFS(filepath.Join(charts, beside))); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}
