package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// argoApp is an application in a repository, beside which keys lie.
type argoApp struct {
	root, folder string
	env          []string
}

// newArgoApp lays out an application of a layout (chart, kustomization or
// manifests) with the state of a fixture, edited.
func newArgoApp(t *testing.T, layout, fixture string, edit func(string) string, parameters map[string]any) argoApp {
	t.Helper()
	root := closedFixtures(t, "pki", "charts", "rotation")
	a := argoApp{root: root, folder: filepath.Join(root, "apps", "linkerd")}
	a.put(t, "values.yaml", injected)
	all := map[string]any{}
	switch layout {
	case "chart":
		all["chart"], all["values-files"] = "../../charts/control-plane", []string{"../../charts/families/2.19.yaml"}
	case "kustomization":
		a.put(t, "kustomization.yaml", "resources: [linkerd.yaml]\n")
		fallthrough
	case "manifests":
		a.put(t, "linkerd.yaml", a.read(t, "../../rotation/input.yaml"))
	}
	a.put(t, "rotation.yaml", edit(a.read(t, "../../rotation/"+fixture)))
	type parameter struct {
		Name   string   `json:"name"`
		String string   `json:"string,omitempty"`
		Array  []string `json:"array,omitempty"`
	}
	var given []parameter
	maps.Copy(all, parameters)
	for name, value := range all {
		p := parameter{Name: name}
		p.String, _ = value.(string)
		p.Array, _ = value.([]string)
		given = append(given, p)
	}
	text, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	a.env = []string{"ARGOCD_APP_SOURCE_PATH=apps/linkerd", "ARGOCD_APP_NAME=linkerd", "ARGOCD_APP_PARAMETERS=" + string(text)}
	return a
}

func (a argoApp) put(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(a.folder, name)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (a argoApp) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(a.folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (a argoApp) generate(t *testing.T) (stdout, stderr string, failed bool) {
	t.Helper()
	cmd := exec.Command("l5d-pki-render", "cmp", "generate")
	cmd.Dir, cmd.Env = a.folder, append(os.Environ(), a.env...)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	err := cmd.Run()
	return out.String(), talk.String(), err != nil
}

// custodyObjects are those by which keys come into the cluster, as "Kind name", sorted.
// An object that stands twice is an error.
func custodyObjects(t *testing.T, stream string) []string {
	t.Helper()
	seen := map[string]bool{}
	names := []string{}
	for _, text := range strings.Split(stream, "\n---\n") {
		var o struct {
			Kind     string
			Metadata struct{ Name, Namespace string }
		}
		if err := yaml.Unmarshal([]byte(text), &o); err != nil {
			t.Fatal(err)
		}
		name := o.Kind + " " + o.Metadata.Name
		if seen[name+" "+o.Metadata.Namespace] {
			t.Errorf("%s stands twice", name)
		}
		seen[name+" "+o.Metadata.Namespace] = true
		switch o.Kind {
		case "Secret", "SealedSecret", "ExternalSecret", "Certificate", "ClusterIssuer", "Bundle":
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Secrets with private keys of a control plane.
var keySecrets = []string{"linkerd-identity-issuer", "linkerd-policy-validator-k8s-tls", "linkerd-proxy-injector-k8s-tls", "linkerd-sp-validator-k8s-tls"}

func allOf(kind string) []string {
	names := []string{}
	for _, name := range keySecrets {
		names = append(names, kind+" "+name)
	}
	return names
}

// injected are values with which cert-manager's injector serves the webhooks.
const injected = `policyValidator: &hook {externalSecret: true, injectCaFrom: linkerd/webhooks}
profileValidator: *hook
proxyInjector: *hook
`

// Edits of a fixture's state: what a custody has in the place of key files.
func asIs(text string) string { return text }

func stored(text string) string {
	text = strings.ReplaceAll(text, "key: ../../pki/", "key: ")
	return strings.Replace(text, "custody: {kind: file}", "custody: {kind: external-secret, store: vault}", 1)
}

func tlsScheme(edit func(string) string) func(string) string {
	return func(text string) string {
		return strings.Replace(edit(text), "  linkerd:\n", "  linkerd:\n    issuerScheme: kubernetes.io/tls\n", 1)
	}
}

func keysIn(kind string) func(string) string {
	return func(text string) string { return strings.Replace(text, "kind: file", "kind: "+kind, 1) }
}

func inCluster(text string) string {
	start, end := strings.Index(text, "  webhooks:\n"), strings.Index(text, "  log:\n")
	if end < 0 {
		end = len(text)
	}
	text = text[:start] + text[end:]
	text = strings.Replace(text, "    key: ../../pki/issuer-2025-1.key\n", "", 1)
	text = strings.Replace(text, "    role: current\n", "    role: current\n    key: linkerd-trust-anchor-2025\n", 1)
	return tlsScheme(keysIn("cert-manager"))(text)
}

// TestCMPCustodies: what becomes of the Secrets with private keys, for each kind
// of custody and each layout. sealed-secret is in internal/custody/sealtest.
func TestCMPCustodies(t *testing.T) {
	clusterObjects := []string{"Certificate linkerd-identity-issuer", "Certificate linkerd-trust-anchor-2025", "ClusterIssuer linkerd-trust-anchor-2025", "ClusterIssuer linkerd-trust-anchor-self-signed"}
	for _, c := range []struct {
		custody    string
		edit       func(string) string
		layouts    string
		parameters map[string]any
		want       []string // nil: refused
		says       string
	}{
		{"external-secret", stored, "chart kustomization manifests", nil, allOf("ExternalSecret"), ""},
		{"external-secret, external", tlsScheme(stored), "chart", nil, allOf("ExternalSecret"), ""},
		{"external-secret, apart", stored, "chart kustomization manifests", map[string]any{"secrets-apart": "true"}, []string{}, "note: left out, as secrets-apart says"},
		{"external-secret, with keys", stored, "chart kustomization manifests", map[string]any{"with-keys": "true"}, nil, "custody-no-open"},
		{"cert-manager", inCluster, "chart", map[string]any{"values-files": []string{"../../charts/families/2.19.yaml", "values.yaml"}}, clusterObjects, ""},
		{"cert-manager, apart", inCluster, "chart", map[string]any{"values-files": []string{"../../charts/families/2.19.yaml", "values.yaml"}, "secrets-apart": "true"}, []string{}, "note: left out, as secrets-apart says"},
		{"file", asIs, "chart kustomization manifests", nil, nil, "argocd-secrets"},
		{"age", keysIn("age"), "chart kustomization manifests", nil, nil, "argocd-secrets"},
		{"sops", keysIn("sops"), "chart kustomization manifests", nil, nil, "argocd-secrets"},
		{"file, apart", asIs, "chart kustomization manifests", map[string]any{"secrets-apart": "true"}, []string{}, "note: left out, as secrets-apart says"},
		{"file, with keys", asIs, "chart kustomization manifests", map[string]any{"with-keys": "true"}, allOf("Secret"), ""},
		{"file, with keys, external", tlsScheme(asIs), "chart", map[string]any{"with-keys": "true"}, allOf("Secret"), ""},
	} {
		for _, layout := range strings.Fields(c.layouts) {
			t.Run(c.custody+", "+layout, func(t *testing.T) {
				app := newArgoApp(t, layout, "bundle/stable.yaml", c.edit, c.parameters)
				app.env = append(append(app.env, meshAllowed), meshEnv...)
				stdout, stderr, failed := app.generate(t)
				if failed != (c.want == nil) || !strings.Contains(stderr, c.says) {
					t.Fatalf("failed %v: %s", failed, stderr)
				}
				if failed && stdout != "" {
					t.Error("a failure with output")
				}
				if got := custodyObjects(t, stdout); !failed && !slices.Equal(got, c.want) {
					t.Errorf("%v, want %v", got, c.want)
				}
				if with := c.parameters["with-keys"] != nil; !with && strings.Contains(stdout, "key.pem: L") {
					t.Error("a key in the output")
				}
			})
		}
	}
}

// TestCMPRenderedBefore: manifests that have the custody's objects of an earlier
// phase already are brought to this one, as those that have Secrets are.
func TestCMPRenderedBefore(t *testing.T) {
	before, stderr, failed := newArgoApp(t, "manifests", "bundle/stable.yaml", stored, nil).generate(t)
	if failed {
		t.Fatal(stderr)
	}
	app := newArgoApp(t, "kustomization", "bundle/issuer-switched.yaml", stored, nil)
	want, stderr, failed := app.generate(t)
	if failed || strings.Contains(want, before[strings.Index(before, "ExternalSecret"):][:2000]) {
		t.Fatal(stderr)
	}
	app.put(t, "linkerd.yaml", before)
	got, stderr, failed := app.generate(t)
	if failed {
		t.Fatal(stderr)
	}
	if !slices.Equal(sortedDocuments(got), sortedDocuments(want)) {
		t.Errorf("rendered before and now differ:\n%s", got)
	}
}

// sortedDocuments of a stream, without the comments on where they come from.
func sortedDocuments(stream string) []string {
	var documents []string
	for _, text := range strings.Split("\n"+stream, "\n---\n") {
		var kept strings.Builder
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "# Source: ") {
				kept.WriteString(line)
			}
		}
		documents = append(documents, strings.TrimSpace(kept.String()))
	}
	slices.Sort(documents)
	return documents
}
