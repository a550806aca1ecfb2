package kustomize

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// listeners are a server and a git that remember whether anybody asked them.
func listeners(t *testing.T) (url string, asked func() bool) {
	t.Helper()
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		_, _ = w.Write([]byte(deployment))
	}))
	t.Cleanup(server.Close)
	tools := t.TempDir()
	if err := os.WriteFile(filepath.Join(tools, "git"), []byte("#!/bin/sh\necho ran >> "+tools+"/ran\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", tools)
	return server.URL, func() bool {
		_, err := os.Stat(filepath.Join(tools, "ran"))
		return err == nil || requests > 0
	}
}

// TestSpellings: however YAML spells what leads to the network, nothing is
// fetched, and the address is what the error is about.
func TestSpellings(t *testing.T) {
	url, asked := listeners(t)
	file := url + "/f"
	generator := func(apiVersion string) map[string]string {
		return map[string]string{
			"kustomization.yaml": "generators: [g.yaml]",
			"g.yaml":             "apiVersion: " + apiVersion + "\nkind: ConfigMapGenerator\nmetadata: {name: x}\nfiles: ['a=" + file + "']\n",
		}
	}
	tests := map[string]map[string]string{
		"apiVersion as JSON": {"kustomization.yaml": "generators: [g.json]",
			"g.json": `{"apiVersion": "b\u0075iltin", "kind": "ConfigMapGenerator", "metadata": {"name": "x"}, "files": ["a=` + file + `"]}`},
		"apiVersion by merge": {"kustomization.yaml": "generators: [g.yaml]",
			"g.yaml": "<<: {apiVersion: builtin, files: ['" + file + "']}\nkind: ConfigMapGenerator\nmetadata: {name: x}\n"},
		"apiVersion by alias": {"kustomization.yaml": "generators: [g.yaml]",
			"g.yaml": "metadata: {name: x, annotations: {b: &b builtin}}\napiVersion: *b\nkind: ConfigMapGenerator\nenvs: ['" + file + "']\n"},
		"second document": {"kustomization.yaml": "generators: [g.yaml]",
			"g.yaml": "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: y}\nliterals: [a=b]\n---\napiVersion: !!str builtin\nkind: SecretGenerator\nmetadata: {name: x}\nfiles: ['" + file + "']\n"},
		"generator made by a kustomization": {"kustomization.yaml": "generators: [gen]",
			"gen/kustomization.yaml": "resources: [g.yaml]\npatches:\n- patch: |-\n    - {op: replace, path: /files/0, value: 'a=" + file + "'}\n  target: {kind: ConfigMapGenerator}\n",
			"gen/g.yaml":             "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: x}\nfiles: [a=b]\n"},
		"address put together": {"kustomization.yaml": "generators: [gen]",
			"gen/kustomization.yaml": "resources: [g.yaml]\nreplacements:\n- source: {kind: ConfigMapGenerator, fieldPath: metadata.annotations.u}\n  targets:\n  - select: {kind: ConfigMapGenerator}\n    fieldPaths: [files.0]\n    options: {delimiter: '=', index: 1}\n",
			"gen/g.yaml":             "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: x, annotations: {u: '" + file + "'}}\nfiles: [a=b]\n"},
		"transformer": {"kustomization.yaml": "resources: [web.yaml]\ntransformers: [t.yaml]",
			"t.yaml": "apiVersion: &v 'builtin'\nkind: PatchTransformer\nmetadata: {name: p}\npath: " + file + "\n"},
		"validator": {"kustomization.yaml": "resources: [web.yaml]\nvalidators: [t.yaml]",
			"t.yaml": "apiVersion: >-\n  builtin\nkind: PatchTransformer\nmetadata: {name: p}\npath: " + file + "\n"},
		"resource by tag":          {"kustomization.yaml": "resources: [!!str '" + file + "']"},
		"resource in binary":       {"kustomization.yaml": "resources: [!!binary Z2l0aHViLmNvbS9vcmcvcmVwbw==]"},
		"resource by escape":       {"kustomization.yaml": `resources: ["gith\x75b.com/org/repo"]`},
		"resource by merge":        {"kustomization.yaml": "<<: &m {resources: ['git@host.example:org/repo']}\n"},
		"resource as a block":      {"kustomization.yaml": "resources:\n- |\n  github.com/org/repo\n"},
		"resource as JSON":         {"kustomization.yaml": `{"r\u0065sources": ["ssh://git@host.example/org/repo"]}`},
		"resource in a query":      {"kustomization.yaml": "resources: ['github.com/org/repo?ref={']"},
		"Turkish letter":           {"kustomization.yaml": "resources: [\"g\\u0130thub.com/org/repo\"]"},
		"component":                {"kustomization.yaml": "resources: [web.yaml]\ncomponents: ['git::https://host.example/org/repo']"},
		"generators from a folder": {"kustomization.yaml": "generators: ['github.com/org/repo//g?ref=v1']"},
		"kustomization by link":    {"kustomization.yaml": "-> other.txt", "other.txt": "resources: ['github.com/org/repo']"},
		"base by link":             {"kustomization.yaml": "resources: [base]", "base/kustomization.yml": "-> other.txt", "base/other.txt": "resources: ['file:///srv/repo.git']"},
		"local folder":             {"kustomization.yaml": "resources: ['g@x/y']", "g@x/y/kustomization.yaml": "resources: [../../web.yaml]"},
	}
	for name, version := range map[string]string{
		"tag": "!!str builtin", "anchor": "&b builtin", "escape": `"b\x75iltin"`, "folded": ">-\n  builtin", "literal": "|-\n  builtin",
		"tagged quotes": "!!str 'builtin'", "no tag": "! builtin", "comment": "# builtin\n  builtin", "binary": "!!binary YnVpbHRpbg==",
	} {
		tests["apiVersion, "+name] = generator(version)
	}
	for name, files := range tests {
		t.Run(name, func(t *testing.T) {
			files["web.yaml"] = deployment
			dir := testkit.Tree(t, files)
			for _, o := range []Options{{}, {Unrestricted: true}, {Within: dir}} {
				built, err := Build(dir, o)
				if err == nil || len(built.Stream) > 0 {
					t.Fatalf("%+v: built %q", o, built.Stream)
				}
				if !strings.Contains(err.Error(), "lies on the network") && name != "apiVersion, binary" {
					t.Errorf("%+v: %v", o, err)
				}
			}
			if asked() {
				t.Fatal("something was fetched")
			}
		})
	}
}

// TestFetchFields: fields by which kustomize loads a file, in a kustomization.
func TestFetchFields(t *testing.T) {
	url, asked := listeners(t)
	for name, fields := range map[string]string{
		"configurations": "configurations: [&u '" + url + "/c']",
		"openapi":        "openapi: !!map {path: \"" + strings.Replace(url, "http", `\x68ttp`, 1) + "/o\"}",
		"Helm chart":     "helmCharts: [{name: x, repo: '" + url + "', version: '1'}]",
		"Helm generator": "helmChartInflationGenerator: [{chartName: x, chartRepoUrl: '" + url + "'}]",
		"inline Helm":    "generators:\n- |-\n  apiVersion: builtin\n  kind: HelmChartInflationGenerator\n  metadata: {name: h}\n  name: x\n  repo: " + url + "\n",
		"inline":         "generators:\n- |-\n  apiVersion: !!str builtin\n  kind: ConfigMapGenerator\n  metadata: {name: h}\n  env: " + url + "\n",
		"vars":           "resources: [web.yaml]\nconfigMapGenerator: [{name: c, envs: ['" + url + "/e']}]",
	} {
		t.Run(name, func(t *testing.T) {
			built, err := Build(testkit.Tree(t, map[string]string{"kustomization.yaml": "namespace: shop\n" + fields, "web.yaml": deployment}), Options{})
			if err == nil || len(built.Stream) > 0 {
				t.Errorf("built %q", built.Stream)
			}
			if asked() {
				t.Error("something was fetched")
			}
		})
	}
}

// TestLargeFile: a file's size is limited before it is parsed.
func TestLargeFile(t *testing.T) {
	dir := testkit.Tree(t, map[string]string{"kustomization.yaml": "resources: [web.yaml]", "web.yaml": deployment + strings.Repeat("#\n", maxFile/2)})
	_, err := Build(dir, Options{})
	testkit.CheckProblem(t, err, problem.OverlayTooLarge.Code, "larger than")
}
