package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// withVariables is a Flux Kustomization that substitutes variables in all that
// it builds. What the tool writes has none, and so does not change.
var withVariables = map[string]any{
	"prune": true,
	"postBuild": map[string]any{"substitute": map[string]any{
		"cluster": "prod", "BEGIN": "wrong", "CERTIFICATE": "wrong", "stamp": "wrong",
	}},
}

// inPhase is a layout's state file with the status of a phase of the fixtures.
func inPhase(t testing.TB, layout, phase string) string {
	t.Helper()
	spec, _, found := strings.Cut(layout, "\nstatus:")
	_, status, also := strings.Cut(fixture(t, "rotation/"+phase+".yaml"), "\nstatus:")
	if !found || !also {
		t.Fatal("no status")
	}
	return spec + "\nstatus:" + status
}

// gitops puts a layout of fixtures/gitops below the sandbox, as a repository.
func gitops(t testing.TB, s *Sandbox, layout string) (repository, state string) {
	t.Helper()
	s.Copy(t, "gitops/"+layout, layout)
	s.Copy(t, "charts/control-plane", layout+"/charts/control-plane")
	s.Write(t, layout+"/.git/HEAD", "ref: refs/heads/main\n")
	return filepath.Join(s.Dir, layout), fixture(t, "gitops/"+layout+"/pki/rotation.yaml")
}

// TestFluxHelmRelease: values for a HelmRelease and a Component for the wave, in
// folders with a kustomization.yaml, through every phase.
func TestFluxHelmRelease(t *testing.T) {
	k := NewKustomize(t)
	repository, layout := gitops(t, k.Sandbox, "flux")
	for _, phase := range rotationStates(t) {
		k.Write(t, "flux/pki/rotation.yaml", inPhase(t, layout, phase))
		k.MustRun(t, "", nil, "l5d-pki-render", "sync", "-s", "flux/pki/rotation.yaml")

		linkerd := MustFluxBuild(t, repository, "infrastructure/linkerd", withVariables)
		SameObjects(t, phase+", control plane", linkerd, ParseObjects(t, []byte(k.Build(t, "flux/infrastructure/linkerd").Stdout)))
		values, _ := linkerd["ConfigMap linkerd/linkerd-pki"].(map[string]any)["data"].(map[string]any)["values.yaml"].(string)
		want := string(k.MustRun(t, "", nil, "l5d-pki-render", "values", "--layout", "external", "-s", "flux/pki/rotation.yaml"))
		if values != want {
			t.Errorf("%s: the HelmRelease gets other values than `values` writes (%d bytes, %d)", phase, len(values), len(want))
		}

		shop := MustFluxBuild(t, repository, "apps/shop", withVariables)
		stamped := k.MustRun(t, "", nil, "l5d-pki-render", "post-render", "-s", peer.Fixture("rotation/"+phase+".yaml"), "--allow-nothing", "--kustomize", "flux/apps/base")
		SameObjects(t, phase+", shop", shop, ParseObjects(t, stamped))
	}
}

// TestFluxPlainFolder: a folder of plain manifests, for which Flux generates the
// kustomization, through every phase. The state file may lie among them: Flux
// takes every YAML file for an object, and drops it again.
func TestFluxPlainFolder(t *testing.T) {
	k := NewKustomize(t)
	repository, layout := gitops(t, k.Sandbox, "rendered")
	for _, phase := range rotationStates(t) {
		k.Write(t, "rendered/pki/rotation.yaml", inPhase(t, layout, phase))
		k.MustRun(t, "", nil, "l5d-pki-render", "sync", "-s", "rendered/pki/rotation.yaml")
		want := ParseObjects(t, committed(t, filepath.Join(repository, "manifests")))
		SameObjects(t, phase, MustFluxBuild(t, repository, "manifests", withVariables), want)

		k.Write(t, "rendered/manifests/rotation.yaml", inPhase(t, layout, phase))
		SameObjects(t, phase+", with the state file", MustFluxBuild(t, repository, "manifests", withVariables), want)
		if err := os.Remove(filepath.Join(repository, "manifests", "rotation.yaml")); err != nil {
			t.Fatal(err)
		}
	}
}

// committed are all manifests below a folder, as one stream.
func committed(t testing.TB, folder string) []byte {
	t.Helper()
	var stream strings.Builder
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		stream.WriteString("---\n" + string(text) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return []byte(stream.String())
}

// TestFluxManifests: what `manifests` and helm-values with a Secret write, and
// the Component of a control plane, build as well.
func TestFluxManifests(t *testing.T) {
	k := NewKustomize(t)
	_, layout := gitops(t, k.Sandbox, "flux")
	spec := strings.Replace(layout, "    issuerScheme:", "    externalCA: true\n    issuerScheme:", 1)
	outputs := strings.Index(spec, "  outputs:")
	spec = spec[:outputs] + "  outputs:\n  - {kind: manifests, path: ../out/roots.yaml}\n" +
		"  - {kind: helm-values, path: ../out/values.yaml, name: linkerd-pki, namespace: linkerd, object: Secret}\n" + spec[strings.Index(spec, "status:"):]
	for _, phase := range rotationStates(t) {
		k.Write(t, "flux/pki/rotation.yaml", inPhase(t, spec, phase))
		k.MustRun(t, "", nil, "l5d-pki-render", "sync", "-s", "flux/pki/rotation.yaml")
		got := MustFluxBuild(t, filepath.Join(k.Dir, "flux"), "out", withVariables)
		SameObjects(t, phase, got, ParseObjects(t, committed(t, filepath.Join(k.Dir, "flux/out"))))
		if len(got) != 2 {
			t.Errorf("%s: %v", phase, got.Names())
		}
	}
}

// TestFluxRunsNoFunction: the Component that runs the tool is none for Flux,
// which says so instead of leaving the phase out.
func TestFluxRunsNoFunction(t *testing.T) {
	k := NewKustomize(t)
	folder := k.Overlay(t, fixture(t, "rotation/input.yaml"), fixture(t, "rotation/bundle/anchor-added.yaml"))
	_, err := FluxBuild(t, k.Dir, folder, withVariables)
	if err == nil || !strings.Contains(err.Error(), "external plugins disabled") {
		t.Errorf("Flux says %v", err)
	}
}

// TestFluxSubstitutes: the control of the tests above: a variable in a manifest
// is substituted, and one that is not known fails, unless the object says no.
func TestFluxSubstitutes(t *testing.T) {
	s := NewSandbox(t, nil)
	object := func(annotations, value string) string {
		return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  annotations: {" + annotations + "}\ndata:\n  v: " + value + "\n"
	}
	const disabled = "kustomize.toolkit.fluxcd.io/substitute: disabled"
	for _, tt := range []struct{ annotations, value, want string }{
		{"a: b", "${cluster}", "prod"}, {"a: b", "$(_pod_ns)", "$(_pod_ns)"}, {disabled, "${cluster}", "${cluster}"}, {"a: b", "${env:HOST}", ""},
	} {
		s.Write(t, "x/cm.yaml", object(tt.annotations, tt.value))
		got, err := FluxBuild(t, s.Dir, "x", withVariables)
		if tt.want == "" {
			if err == nil {
				t.Errorf("%s passes: %v", tt.value, got)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if value := got["ConfigMap x"].(map[string]any)["data"].(map[string]any)["v"]; value != tt.want {
			t.Errorf("%s becomes %v, want %s", tt.value, value, tt.want)
		}
	}
}

// TestFluxPluginName: as flux-l5d-pki the program is a plugin of the Flux CLI,
// which asks plugins for completions by cobra's protocol.
func TestFluxPluginName(t *testing.T) {
	s := NewSandbox(t, nil)
	s.Link(t, peer.Tool(t), "flux-l5d-pki")
	if out := string(s.MustRun(t, "", nil, "flux-l5d-pki", "__complete", "post-render", "--sta")); !strings.HasPrefix(out, "--state\t") {
		t.Errorf("completes to %q", out)
	}
	if out := string(s.MustRun(t, "", nil, "flux-l5d-pki", "version")); !strings.HasPrefix(out, "l5d-pki-render ") {
		t.Errorf("%q", out)
	}
	s.Write(t, "in.yaml", fixture(t, "rotation/input.yaml"))
	out := s.MustRun(t, fixture(t, "rotation/input.yaml"), nil, "flux-l5d-pki", "post-render", "-s", peer.Fixture("rotation/bundle/anchor-added.yaml"))
	SameObjects(t, "as a plugin", ParseObjects(t, out), golden(t, "bundle/anchor-added"))
}
