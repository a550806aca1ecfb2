package cli

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	"github.com/l5d-pki/l5d-pki-render/internal/kustomize"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"

	"sigs.k8s.io/yaml"
)

// kustomizationIn makes a folder with files, and gives its path.
func kustomizationIn(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// objectsOf reads a stream into objects by name. Kubernetes reads no other
// difference, so two streams with equal objects are the same to it.
func objectsOf(t *testing.T, stream string) map[string]any {
	t.Helper()
	objects := map[string]any{}
	for _, text := range chartphase.Split([]byte(stream)) {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(text), &o); err != nil {
			t.Fatal(err)
		}
		meta, _ := o["metadata"].(map[string]any)
		name, _ := meta["name"].(string)
		space, _ := meta["namespace"].(string)
		objects[o["kind"].(string)+" "+space+"/"+name] = o
	}
	if len(objects) == 0 {
		t.Fatal("no objects in the stream")
	}
	return objects
}

func sameObjects(t *testing.T, got, want string) {
	t.Helper()
	have, wanted := objectsOf(t, got), objectsOf(t, want)
	for name, o := range wanted {
		if !reflect.DeepEqual(have[name], o) {
			t.Errorf("%s is\n%v\nwant\n%v", name, have[name], o)
		}
	}
	if len(have) != len(wanted) {
		t.Errorf("%d objects, want %d", len(have), len(wanted))
	}
}

func mustBuild(t *testing.T, dir string) string {
	t.Helper()
	built, err := kustomize.Build(dir, kustomize.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return string(built.Stream)
}

func mustCall(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	return mustCallIn(t, nil, stdin, args...)
}

func mustCallIn(t *testing.T, env map[string]string, stdin string, args ...string) result {
	t.Helper()
	r := call(t, stdin, env, args...)
	if r.code != ExitDone {
		t.Fatalf("%v: exit %d: %s", args, r.code, r.stderr)
	}
	return r
}

// withoutLiterals is a stream without the workloads that hold the bundle as
// text: no Component renews that, and `component` says so.
func withoutLiterals(stream string) string {
	var kept []string
	for _, text := range chartphase.Split([]byte(stream)) {
		if !strings.Contains(text, "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS") {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept, "---\n")
}

// TestComponentLaw: a kustomization with the Component builds the objects that
// post-render makes of the kustomization without it: beside the resources, and above them.
func TestComponentLaw(t *testing.T) {
	env := map[string]string{"L5D_PKI_CHART_PROGRAM": chartProgramForTests(t)}
	statePath := filepath.Join(fixtures, "workloads", "state.yaml")
	input := withoutLiterals(readFixture(t, "workloads", "input.yaml"))
	plainBase := "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, annotations: {linkerd.io/inject: enabled}}\n---\n" +
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: []}}}\n---\n" +
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: agent}\nspec: {template: {spec: {hostNetwork: true}}}\n"
	tests := []struct {
		name, text, fields string
		beside             bool // the Component works beside the resources too
	}{
		{"every kind and every reason", input, "", true},
		{"the namespace is set by the kustomization", plainBase, "namespace: shop\n", true},
		{"names are changed by the kustomization", plainBase, "namespace: shop\nnamePrefix: blue-\nreplicas: [{name: web, count: 3}]\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := kustomizationIn(t, map[string]string{
				"plain/all.yaml": tt.text, "plain/kustomization.yaml": "resources: [all.yaml]\n" + tt.fields,
				"beside/all.yaml": tt.text, "beside/kustomization.yaml": "resources: [all.yaml]\ncomponents: [../wave]\n" + tt.fields,
				"above/kustomization.yaml": "resources: [../plain]\ncomponents: [../wave]\n",
			})
			plain := filepath.Join(dir, "plain")
			said := mustCallIn(t, env, "", "component", "-s", statePath, "--for", plain, "--to", filepath.Join(dir, "wave"))
			if said.out != "" {
				t.Errorf("--to leaves stdout empty, not %q", said.out)
			}
			if told := strings.Contains(said.stderr, "renames its objects after its components"); told == tt.beside {
				t.Errorf("the note on where the Component goes: %v; stderr %q", told, said.stderr)
			}
			want := mustCallIn(t, env, "", "post-render", "-s", statePath, "--kustomize", plain).out
			if !strings.Contains(want, "l5d-pki-render/rollout") {
				t.Fatal("post-render has stamped nothing")
			}
			sameObjects(t, mustBuild(t, filepath.Join(dir, "above")), want)
			if tt.beside {
				sameObjects(t, mustBuild(t, filepath.Join(dir, "beside")), want)
			}
			if again := mustCall(t, mustBuild(t, plain), "component", "-s", statePath, "--for", "-").out; !strings.HasPrefix(again, overlay.Header) {
				t.Errorf("of a stream: %q", again)
			}
		})
	}
}

// TestComponentSplit: while a wave is split, each namespace has its own stamp.
func TestComponentSplit(t *testing.T) {
	env := map[string]string{"L5D_PKI_CHART_PROGRAM": chartProgramForTests(t)}
	text := strings.Replace(readFixture(t, "workloads", "state.yaml"), "\n  stamp: ", "\n  wave: {previous: \"aaaaaaaaaaaaaaaa\", namespaces: [emojivoto]}\n  stamp: ", 1)
	text = strings.ReplaceAll(text, "../pki/", "pki/")
	statePath := stateIn(t, text)
	dir := kustomizationIn(t, map[string]string{
		"plain/all.yaml": withoutLiterals(readFixture(t, "workloads", "input.yaml")), "plain/kustomization.yaml": "resources: [all.yaml]\n",
		"above/kustomization.yaml": "resources: [../plain]\ncomponents: [../wave]\n",
	})
	mustCallIn(t, env, "", "component", "-s", statePath, "--for", filepath.Join(dir, "plain"), "--to", filepath.Join(dir, "wave"))
	want := mustCallIn(t, env, "", "post-render", "-s", statePath, "-k", filepath.Join(dir, "plain")).out
	if !strings.Contains(want, "aaaaaaaaaaaaaaaa") || !strings.Contains(want, "936d4fa99583c354") {
		t.Fatal("the state is not split")
	}
	sameObjects(t, mustBuild(t, filepath.Join(dir, "above")), want)
}

// TestControlPlaneComponent: what the Component patches carries what post-render
// gives it; nothing else of the build changes.
func TestControlPlaneComponent(t *testing.T) {
	for _, trait := range []string{"control-plane-2-11", "control-plane-2-12", "control-plane-2-13", "adopted-bundle", "cross-sign"} {
		t.Run(trait, func(t *testing.T) {
			statePath := filepath.Join(fixtures, trait, "state.yaml")
			dir := kustomizationIn(t, map[string]string{
				"plain/all.yaml": readFixture(t, trait, "input.yaml"), "plain/kustomization.yaml": "resources: [all.yaml]\n",
				"above/kustomization.yaml": "resources: [../plain]\ncomponents: [../control]\n",
			})
			mustCall(t, "", "component", "-s", statePath, "--control-plane", "--to", filepath.Join(dir, "control"))
			before, got := objectsOf(t, mustBuild(t, filepath.Join(dir, "plain"))), objectsOf(t, mustBuild(t, filepath.Join(dir, "above")))
			golden := objectsOf(t, readFixture(t, trait, "golden.yaml"))
			for name, o := range got {
				want := before[name]
				if name == "ConfigMap linkerd/linkerd-identity-trust-roots" {
					want = golden[name]
				}
				if strings.HasPrefix(name, "Deployment linkerd/") {
					for _, hash := range []string{"linkerd.io/trust-root-sha256", "l5d-pki-render/bundle-sha256"} {
						if podAnnotations(o)[hash] != podAnnotations(golden[name])[hash] {
							t.Errorf("%s has %s %v, want %v", name, hash, podAnnotations(o)[hash], podAnnotations(golden[name])[hash])
						}
						delete(podAnnotations(o), hash)
						delete(podAnnotations(want), hash)
					}
				}
				if !reflect.DeepEqual(o, want) {
					t.Errorf("%s is\n%v\nwant\n%v", name, o, want)
				}
			}
			if len(got) != len(before) || len(got) < 5 {
				t.Errorf("%d objects of %d", len(got), len(before))
			}
		})
	}
}

func podAnnotations(o any) map[string]any {
	for _, step := range []string{"spec", "template", "metadata", "annotations"} {
		o, _ = o.(map[string]any)
		fields, _ := o.(map[string]any)
		o = fields[step]
	}
	annotations, _ := o.(map[string]any)
	return annotations
}

// TestComponentNoKey: what goes to Git holds no key, and is the same every time.
func TestComponentNoKey(t *testing.T) {
	statePath := filepath.Join(fixtures, "control-plane-2-13", "state.yaml")
	for _, args := range [][]string{{"--control-plane"}, {"--select", "all"}, {"--select", "annotated"}, {"--select", "label=a=b"}} {
		args = append([]string{"component", "-s", statePath}, args...)
		first := mustCall(t, "", args...)
		if strings.Contains(first.out, "PRIVATE") || strings.Contains(first.out, "kind: Secret") || strings.Contains(first.out, "$") {
			t.Errorf("%v: a key, a Secret or a variable", args)
		}
		if again := mustCall(t, "", args...); again != first {
			t.Errorf("%v: another result", args)
		}
	}
}
