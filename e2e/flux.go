package e2e

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/fluxcd/pkg/kustomize"
	"github.com/l5d-pki/l5d-pki-render/e2e/fluxcd"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// FluxBuild builds a folder of a repository as Flux's kustomize-controller does,
// by the library that it is made of (github.com/fluxcd/pkg/kustomize): a
// kustomization.yaml is generated where there is none, nothing is read outside
// of the repository, and then variables are substituted, in strict mode. spec is
// that of the Flux Kustomization, beside its path.
func FluxBuild(t testing.TB, repository, folder string, spec map[string]any) (Objects, error) {
	t.Helper()
	root := t.TempDir() // the controller's own copy, as it fetches it
	if err := os.CopyFS(root, os.DirFS(repository)); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, filepath.FromSlash(folder))
	flux := unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
		"metadata": map[string]any{"name": "test", "namespace": "flux-system"},
		"spec":     spec,
	}}
	if _, err := kustomize.NewGenerator(root, flux).WriteFile(dir); err != nil {
		return nil, err
	}
	built, err := kustomize.SecureBuild(root, dir, false)
	if err != nil {
		return nil, err
	}
	for _, r := range built.Resources() {
		substituted, err := kustomize.SubstituteVariables(context.Background(), nil, flux, r,
			kustomize.SubstituteWithDryRun(true), kustomize.SubstituteWithStrict(true), kustomize.SubstituteWithAlways(true))
		if err != nil {
			return nil, err
		}
		if substituted != nil {
			if _, err := built.Replace(substituted); err != nil {
				return nil, err
			}
		}
	}
	stream, err := built.AsYaml()
	if err != nil {
		return nil, err
	}
	return ParseObjects(t, stream), nil
}

// MustFluxBuild is FluxBuild of what has to build.
func MustFluxBuild(t testing.TB, repository, folder string, spec map[string]any) Objects {
	t.Helper()
	objects, err := FluxBuild(t, repository, folder, spec)
	if err != nil {
		t.Fatalf("Flux does not build %s: %v", folder, err)
	}
	return objects
}

// fluxApplied are the objects of a directory as Flux's controller applied them.
func fluxApplied(t testing.TB, c *fluxcd.Controller, repository, directory string, spec map[string]any) Objects {
	t.Helper()
	objects := Objects{}
	for _, o := range c.Apply(t, repository, directory, spec) {
		if err := objects.add(o); err != nil {
			t.Fatal(err)
		}
	}
	return objects
}
