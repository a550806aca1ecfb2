package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/chart"
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// installValues are what a person gives a chart to install it: anchor, issuer and
// its key, and for 2.10 the issuer's end. Webhooks are left to the chart.
func installValues(t *testing.T) []byte {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join("../../fixtures/pki", name))
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%q", strings.TrimSpace(string(text)))
	}
	return fmt.Appendf(nil, "identityTrustAnchorsPEM: %s\nidentity: {issuer: {crtExpiry: 2034-01-01T00:00:00Z, tls: {crtPEM: %s, keyPEM: %s}}}\n",
		read("anchor-2025.crt"), read("issuer-2025-1.crt"), read("issuer-2025-1.key"))
}

// installHasNoErrors renders a chart as `helm install` does, adopts the render, and
// holds every rule of lint against it.
func installHasNoErrors(t *testing.T, dir string, files ...exchange.File) {
	t.Helper()
	files = append([]exchange.File{{Name: "install", Data: installValues(t)}}, files...)
	answer, err := chart.Render(exchange.Request{Chart: dir, Namespace: "linkerd", KubeVersion: "1.34.0", Times: 1, Values: exchange.Values{Files: files}})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	s, found, err := render.Adopt(render.AdoptInput{
		Name: "install", Stream: render.Source{Name: "chart", Data: exchange.Stream(answer.Renders[0])}, Custody: state.CustodyFile,
		KeyPath: func(name string) string { return "keys/" + name }, At: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Changes) > 0 || found.Unrendered != nil || len(found.Keys) < 3 {
		t.Errorf("%d keys, would change %v (%v)", len(found.Keys), found.Changes, found.Unrendered)
	}
	keys := render.Keys{}
	for _, k := range found.Keys {
		keys[k.Path] = render.Key{PEM: k.Key.PEM()}
	}
	findings, err := render.Lint(s, keys, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Severity == pki.Error {
			t.Errorf("%s: %s", f.Path, f.Finding)
		}
	}
}

// TestInstallsOfFixtureCharts runs without anything from outside.
func TestInstallsOfFixtureCharts(t *testing.T) {
	for _, family := range families(t) {
		t.Run(family.version, func(t *testing.T) {
			traits, err := os.ReadFile(family.values)
			if err != nil {
				t.Fatal(err)
			}
			installHasNoErrors(t, "../../fixtures/charts/control-plane", exchange.File{Name: "traits", Data: traits})
		})
	}
}

// TestInstallsOfRealCharts runs every chart that L5D_PKI_CHARTS has: DIR/<tag>/charts/
// {linkerd2,linkerd-control-plane,partials}, plain and with values-ha.yaml.
func TestInstallsOfRealCharts(t *testing.T) {
	root := os.Getenv("L5D_PKI_CHARTS")
	if root == "" {
		t.Skip("SKIPPED, NOT PASSED: set L5D_PKI_CHARTS to a folder of Linkerd's charts, one subfolder per tag")
	}
	tags, err := os.ReadDir(root)
	if err != nil || len(tags) == 0 {
		t.Fatalf("no charts in %s (%v)", root, err)
	}
	for _, tag := range tags {
		dir := withPartials(t, filepath.Join(root, tag.Name(), "charts"))
		version := exchange.File{Name: "version", Data: fmt.Appendf(nil, "linkerdVersion: %q\n", released(tag.Name()))}
		t.Run(tag.Name(), func(t *testing.T) { installHasNoErrors(t, dir, version) })
		ha, err := os.ReadFile(filepath.Join(dir, "values-ha.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(tag.Name()+"/ha", func(t *testing.T) {
			installHasNoErrors(t, dir, exchange.File{Name: "ha", Data: ha}, version)
		})
	}
}

// released is a tag as a state file has it: "version-2.18" is "2.18".
func released(tag string) string { return strings.TrimPrefix(tag, "version-") }
