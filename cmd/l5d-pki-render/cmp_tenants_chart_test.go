package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCMPTenantsChart: the author of a listed application chooses no chart that gets
// keys; one that the reviewed state names is as reviewed.
func TestCMPTenantsChart(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0a", 32)
	named := func(text string) string {
		return strings.Replace(text, "\nspec:\n", "\nspec:\n  outputs:\n  - {kind: chart, path: c.yaml, chart: \"oci://charts.example/linkerd\", digest: \""+digest+"\"}\n", 1)
	}
	for name, c := range map[string]struct {
		edit          func(string) string
		chart, digest string
		says          string
	}{
		"of the author":                    {asIs, "oci://charts.example/linkerd", digest, "argocd-keys-chart"},
		"that the state names":             {named, "oci://charts.example/linkerd", digest, "chart-host"},
		"that the state names, of another": {named, "oci://charts.example/linkerd2", digest, "argocd-keys-chart"},
		"with another digest":              {named, "oci://charts.example/linkerd", "sha256:" + strings.Repeat("0b", 32), "argocd-keys-chart"},
	} {
		t.Run(name, func(t *testing.T) {
			app := newArgoApp(t, "manifests", "bundle/stable.yaml", c.edit, map[string]any{"with-keys": "true", "chart": c.chart, "digest": c.digest})
			app.env = append(append(app.env, meshAllowed), meshEnv...)
			stdout, stderr, failed := app.generate(t)
			if !failed || stdout != "" || !strings.Contains(stderr, c.says) {
				t.Errorf("failed %v: %s", failed, stderr)
			}
			assertNoKey(t, stdout, stderr)
		})
	}
}

// TestCMPTenantsDestination: a Secret that names no namespace gets its key where Argo CD
// would put it into its own, and nowhere else.
func TestCMPTenantsDestination(t *testing.T) {
	for namespace, says := range map[string]string{"linkerd": "", "linkerd-viz": "argocd-keys-namespace", "linkerd-multicluster": "argocd-keys-namespace"} {
		t.Run(namespace, func(t *testing.T) {
			app := newArgoApp(t, "chart", "bundle/stable.yaml", asIs, map[string]any{"with-keys": "true"})
			app.env = append(append(append(app.env, meshAllowed), meshEnv...), "ARGOCD_APP_NAMESPACE="+namespace)
			file := filepath.Join(app.root, "charts/control-plane/templates/identity.yaml")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			const of = "  name: linkerd-identity-issuer\n  namespace: {{ .Release.Namespace }}\n"
			if !strings.Contains(string(text), of) {
				t.Fatal("the chart's Secret is another")
			}
			err = os.WriteFile(file, []byte(strings.Replace(string(text), of, "  name: linkerd-identity-issuer\n", 1)), 0o600)
			if err != nil {
				t.Fatal(err)
			}
			stdout, stderr, failed := app.generate(t)
			if failed != (says != "") || !strings.Contains(stderr, says) {
				t.Errorf("failed %v: %s", failed, stderr)
			}
			if failed {
				assertNoKey(t, stdout, stderr)
			}
		})
	}
}

// TestCMPTenantsChartLinks: a chart of a server that is allowed, whose name is also that
// of a directory, for the chart program alone. Its links lead to the sidecar's keys, and
// the refusal of its digest says which one would do.
func TestCMPTenantsChartLinks(t *testing.T) {
	for name, c := range map[string]struct{ chart, repo, lies string }{
		"a name":     {"x", "https://charts.example", "x"},
		"an address": {"oci://charts.example/x", "", "oci:/charts.example/x"},
	} {
		t.Run(name, func(t *testing.T) {
			app := newArgoApp(t, "", "bundle/stable.yaml", asIs, map[string]any{
				"secrets-apart": "true", "allow-nothing": "true", "chart": c.chart, "repo": c.repo, "state": "../rotation.yaml",
				"digest": "sha256:" + strings.Repeat("0a", 32),
			})
			app.env = append(app.env, "L5D_PKI_CHART_HOSTS=charts.example", "ARGOCD_APP_SOURCE_PATH=sub")
			app.put(t, "sub/a", "")
			for file, text := range template("{{ .Files.Get `key` | b64enc }}") {
				app.put(t, filepath.Join(c.lies, file), text)
			}
			key := filepath.Join(closedFixtures(t, "pki"), "pki", "anchor-2025.key")
			if err := os.Symlink(key, filepath.Join(app.folder, c.lies, "key")); err != nil {
				t.Fatal(err)
			}
			stdout, stderr, failed := app.generate(t)
			if !failed || stdout != "" || !strings.Contains(stderr, "chart-link") {
				t.Errorf("failed %v: %s%s", failed, stderr, stdout)
			}
		})
	}
}
