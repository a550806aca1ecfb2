package kustomize

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec: {}
`

// diskFS is a file system in memory with these files.
func diskFS(t testing.TB, files map[string]string) filesys.FileSystem {
	t.Helper()
	fs := filesys.MakeFsInMemory()
	for name, text := range files {
		if err := fs.WriteFile("/"+name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return fs
}

func TestBuild(t *testing.T) {
	built, err := build(diskFS(t, map[string]string{
		"base/kustomization.yaml": "resources: [web.yaml]\nnamePrefix: a-\n",
		"base/web.yaml":           "# comment\n" + deployment,
		"top/Kustomization":       "resources: [../base]\nnamespace: shop\n",
	}), "/top", "top", Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a-web\n  namespace: shop\nspec:\n  template:\n    spec: {}\n"
	if string(built.Stream) != want {
		t.Errorf("built\n%s\nwant\n%s", built.Stream, want)
	}
	if built.Renames || !built.Moves {
		t.Errorf("renames %v, moves %v: only the folder's own kustomization counts, and it sets the namespace", built.Renames, built.Moves)
	}
}

func TestBuildNotes(t *testing.T) {
	for fields, want := range map[string][2]bool{
		"":                                     {},
		"namePrefix: a-\n":                     {true, false},
		"nameSuffix: -a\n":                     {true, false},
		"NamePrefix: a-\n":                     {true, false}, // kustomize reads it in any case
		"namePrefix: ''\n":                     {},
		"namespace: shop\nnameSuffix: -blue\n": {true, true},
	} {
		built, err := build(diskFS(t, map[string]string{"k/kustomization.yml": "resources: [web.yaml]\n" + fields, "k/web.yaml": deployment}), "/k", "k", Options{})
		if err != nil {
			t.Errorf("%q: %v", fields, err)
			continue
		}
		if got := [2]bool{built.Renames, built.Moves}; got != want {
			t.Errorf("%q: renames, moves = %v, want %v", fields, got, want)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	one := map[string]string{"k/web.yaml": deployment}
	with := func(more ...string) map[string]string {
		files := map[string]string{}
		for name, text := range one {
			files[name] = text
		}
		for i := 0; i < len(more); i += 2 {
			files[more[i]] = more[i+1]
		}
		return files
	}
	tests := []struct {
		name  string
		files map[string]string
		code  problem.Code
		text  string
	}{
		{"no kustomization", with(), problem.OverlayNoKustomization.Code, "k: has 0 kustomization files"},
		{"two kustomizations", with("k/kustomization.yaml", "resources: [web.yaml]", "k/Kustomization", "resources: [web.yaml]"), problem.OverlayNoKustomization.Code, "has 2"},
		{"a missing resource", with("k/kustomization.yaml", "resources: [gone.yaml]"), problem.OverlayBuild.Code, "gone.yaml"},
		{"an unknown field", with("k/kustomization.yaml", "resourcess: [web.yaml]"), problem.OverlayBuild.Code, "k/kustomization.yaml: kustomize cannot build it"},
		{"no YAML", with("k/kustomization.yaml", "resources: ["), problem.OverlayBuild.Code, "k/kustomization.yaml"},
		{"nothing", with("k/kustomization.yaml", "components: [../c]", "c/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: []\n"), problem.OverlayEmpty.Code, "builds no objects"},
		{"a cycle", with("k/kustomization.yaml", "resources: [../k]"), problem.OverlayBuild.Code, "cycle"},
		{"a Helm chart", with("k/kustomization.yaml", "helmCharts: [{name: x, version: '1'}]"), problem.OverlayBuild.Code, "HelmChartInflationGenerator"},
		{"a function", with("k/kustomization.yaml", "resources: [web.yaml]\ntransformers: [f.yaml]", "k/f.yaml",
			"apiVersion: x.example/v1\nkind: F\nmetadata:\n  name: f\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ./run}\n"), problem.OverlayBuild.Code, "external plugins disabled"},
		{"a file of another folder", with("k/kustomization.yaml", "resources: [../other/web.yaml]", "other/web.yaml", deployment), problem.OverlayBuild.Code, "security"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := build(diskFS(t, tt.files), "/k", "k", Options{})
			testkit.CheckProblem(t, err, tt.code, tt.text)
		})
	}
	t.Run("no folder", func(t *testing.T) {
		_, err := Build("github.com/org/repo//k?ref=v1", Options{})
		testkit.CheckProblem(t, err, problem.OverlayNoFolder.Code, "github.com/org/repo//k?ref=v1")
	})
	t.Run("a file of another folder, allowed", func(t *testing.T) {
		files := with("k/kustomization.yaml", "resources: [../other/web.yaml]", "other/web.yaml", deployment)
		if _, err := build(diskFS(t, files), "/k", "k", Options{Unrestricted: true}); err != nil {
			t.Error(err)
		}
	})
}

// TestNoNetwork: every field by which kustomize reaches the network is refused
// before a request is made. A server that listens, and a git that would tell, see nothing.
func TestNoNetwork(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = w.Write([]byte(deployment))
	}))
	defer server.Close()
	tools := t.TempDir()
	if err := os.WriteFile(filepath.Join(tools, "git"), []byte("#!/bin/sh\necho ran >> "+tools+"/ran\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", tools)
	url := server.URL + "/web.yaml"
	inline := "|-\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: p}\n  path: " + url + "\n"
	tests := map[string]map[string]string{
		"resource":              {"kustomization.yaml": "resources: [web.yaml, " + url + "]"},
		"resource, other case":  {"kustomization.yaml": "Resources: [web.yaml, " + strings.Replace(url, "http", "HTTP", 1) + "]"},
		"alias":                 {"kustomization.yaml": "metadata: {name: &u '" + url + "'}\nresources: [web.yaml, *u]"},
		"base of git":           {"kustomization.yaml": "resources: ['github.com/org/repo//k?ref=v1']"},
		"base of git, scp":      {"kustomization.yaml": "resources: ['git@host.example:org/repo.git//k']"},
		"base of git, forced":   {"kustomization.yaml": "resources: ['git::https://host.example/org/repo']"},
		"base of git, on disk":  {"kustomization.yaml": "resources: ['file:///srv/repo.git']"},
		"folder named as a URL": {"kustomization.yaml": "resources: [github.com/org/repo]", "github.com/org/repo/kustomization.yaml": "resources: [web.yaml]"},
		"bases":                 {"kustomization.yaml": "bases: ['ssh://git@host.example/org/repo']"},
		"component":             {"kustomization.yaml": "resources: [web.yaml]\ncomponents: ['https://host.example/org/repo//c']"},
		"crds":                  {"kustomization.yaml": "resources: [web.yaml]\ncrds: [" + url + "]"},
		"configurations":        {"kustomization.yaml": "resources: [web.yaml]\nconfigurations: [" + url + "]"},
		"openapi":               {"kustomization.yaml": "resources: [web.yaml]\nopenapi: {path: " + url + "}"},
		"patch":                 {"kustomization.yaml": "resources: [web.yaml]\npatches: [{path: " + url + "}]"},
		"strategic merge":       {"kustomization.yaml": "resources: [web.yaml]\npatchesStrategicMerge: [" + url + "]"},
		"replacement":           {"kustomization.yaml": "resources: [web.yaml]\nreplacements: [{path: " + url + "}]"},
		"config map":            {"kustomization.yaml": "configMapGenerator: [{name: c, files: [a=" + url + "]}]"},
		"secret":                {"kustomization.yaml": "secretGenerator: [{name: c, envs: [" + url + "]}]"},
		"inline transformer":    {"kustomization.yaml": "resources: [web.yaml]\ntransformers:\n- " + inline},
		"transformer in a file": {"kustomization.yaml": "resources: [web.yaml]\ntransformers: [t.yaml]", "t.yaml": "kind: PatchTransformer\napiVersion: \"builtin\"\nmetadata: {name: p}\npath: " + url + "\n"},
		"generator in a file":   {"kustomization.yaml": "generators: [t.yaml]", "t.yaml": "kind: ConfigMapGenerator\napiVersion: builtin\nmetadata: {name: p}\nfiles: [" + url + "]\n"},
		"deeper":                {"kustomization.yaml": "resources: [base]", "base/kustomization.yaml": "resources: [" + url + "]"},
	}
	for name, files := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			files["web.yaml"] = deployment
			for file, text := range files {
				path := filepath.Join(dir, filepath.FromSlash(file))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Build(dir, Options{})
			testkit.CheckProblem(t, err, problem.OverlayRemote.Code, "lies on the network")
		})
	}
	if asked > 0 {
		t.Errorf("the server was asked %d times", asked)
	}
	if _, err := os.Stat(filepath.Join(tools, "ran")); err == nil {
		t.Error("git was run")
	}
}

// TestURLsThatArePlainText are left alone.
func TestURLsThatArePlainText(t *testing.T) {
	_, err := build(diskFS(t, map[string]string{
		"k/web.yaml": deployment,
		"k/kustomization.yaml": `resources: [web.yaml]
commonAnnotations: {path: "https://docs.example/web", files: "git@host.example:org/repo"}
images: [{name: web, newName: github.com/org/web}]
configMapGenerator: [{name: c, literals: ["files=https://docs.example"]}]
patches:
- target: {kind: Deployment}
  patch: |-
    - {op: add, path: /metadata/annotations/home, value: "https://docs.example"}
`}), "/k", "k", Options{})
	if err != nil {
		t.Error(err)
	}
}

// TestNoKeyInErrors: kustomize quotes patches as a whole; we do not.
func TestNoKeyInErrors(t *testing.T) {
	const key = "c2VjcmV0LWtleS1ieXRlcw"
	for name, fields := range map[string]string{
		"patch that is none": "patches:\n- patch: '[{stringData: {password: " + key + "}'\n",
		"patch without home": "patches:\n- patch: |-\n    apiVersion: v1\n    kind: Secret\n    metadata: {name: gone}\n    stringData: {password: " + key + "}\n",
		"PEM in a patch":     "patches:\n- patch: |-\n    not a patch: -----BEGIN EC PRIVATE KEY----- " + key + "\n",
		"two in one":         "patches:\n- target: {kind: Deployment}\n  patch: |-\n    stringData: {password: " + key + "}\n    ---\n    b: " + key + "\n",
		"strategic merge":    "patchesStrategicMerge:\n- |-\n  stringData: {password: " + key + "}\n",
		"literal of no form": "secretGenerator: [{name: s, literals: [\"" + key + "\"]}]\n",
		"file of no form":    "secretGenerator: [{name: s, envs: [s.env]}]\n",
		"doubled literals":   "secretGenerator: [{name: s, literals: [a=" + key + ", a=" + key + "]}]\n",
		"doubled secrets":    "secretGenerator: [{name: s, literals: [a=" + key + "]}, {name: s, literals: [a=" + key + "]}]\n",
		"Secret of no form":  "resources: [s.yaml]\n",
		"JSON patch":         "patches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: replace, path: /a/b/c, value: " + key + "}\n",
	} {
		if !strings.HasPrefix(fields, "resources") {
			fields = "resources: [web.yaml]\n" + fields
		}
		_, err := build(diskFS(t, map[string]string{
			"k/web.yaml": deployment, "k/kustomization.yaml": fields,
			"k/s.env":  "a=b\n" + key + "\xff\n",
			"k/s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b: " + key + "}\n",
		}), "/k", "k", Options{})
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if text := err.Error(); strings.Contains(text, key) || strings.Contains(text, fmt.Sprint([]byte(key[:4]))[1:13]) {
			t.Errorf("%s: the error tells the key: %v", name, err)
		}
	}
}

// TestAsKustomizeItself: the output is that of the program.
func TestAsKustomizeItself(t *testing.T) {
	program := testkit.Kustomize(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"kustomization.yaml": "resources: [web.yaml, late.yaml]\nnamespace: shop\nconfigMapGenerator: [{name: c, literals: [a=b]}]\n",
		"web.yaml":           "# comment\n" + deployment,
		"late.yaml":          "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := exec.Command(program, "build", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	built, err := Build(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if string(built.Stream) != string(want) {
		t.Errorf("built\n%s\nkustomize\n%s", built.Stream, want)
	}
}
