package e2e

import (
	"strings"
	"testing"
)

// Kustomize is real kustomize, as `kustomize` in the sandbox's PATH.
type Kustomize struct{ *Sandbox }

// NewKustomize makes one.
func NewKustomize(t testing.TB) *Kustomize {
	t.Helper()
	return &Kustomize{NewSandbox(t, map[string]string{"kustomize": "kustomize"})}
}

// functions are the flags without which kustomize runs no program.
var functions = []string{"--enable-alpha-plugins", "--enable-exec"}

// Build runs `kustomize build`.
func (k *Kustomize) Build(t testing.TB, folder string, flags ...string) Result {
	t.Helper()
	return k.Run(t, "", nil, "kustomize", append([]string{"build", folder}, flags...)...)
}

// functionAnnotation makes a state file one that kustomize runs the tool for.
const functionAnnotation = `    config.kubernetes.io/function: "exec: {path: l5d-pki-render, args: [krm]}"` + "\n"

// AsFunction is the text of a state file with that annotation.
func AsFunction(t testing.TB, state string) string {
	t.Helper()
	const annotations = `  annotations: {config.kubernetes.io/local-config: "true"}` + "\n"
	if strings.Count(state, annotations) != 1 {
		t.Fatal("the state has other annotations than this test thinks")
	}
	return strings.Replace(state, annotations, "  annotations:\n    config.kubernetes.io/local-config: \"true\"\n"+functionAnnotation, 1)
}

// Overlay lays out a kustomization of a stream below which nothing has keys, and
// above it the Component that runs the tool with a state; it gives the folder.
func (k *Kustomize) Overlay(t testing.TB, stream, state string) string {
	t.Helper()
	k.Write(t, "base/all.yaml", stream)
	k.Write(t, "base/kustomization.yaml", "resources: [all.yaml]\npatches:\n- target: {kind: Secret}\n  patch: '{apiVersion: v1, kind: Secret, metadata: {name: any}, $patch: delete}'\n")
	k.Write(t, "pki/rotation.yaml", AsFunction(t, state))
	k.MustRun(t, "", nil, "l5d-pki-render", "component", "--krm", "-s", "pki/rotation.yaml", "--to", "pki")
	k.Write(t, "prod/kustomization.yaml", "resources: [../base]\ncomponents: [../pki]\n")
	return "prod"
}
