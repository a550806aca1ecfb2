package e2e

import (
	"path/filepath"
	"testing"
)

// TestFluxPage runs the page in a repository, and then lets Flux's library build
// the folders that its Kustomizations name.
func TestFluxPage(t *testing.T) {
	s := NewSandbox(t, map[string]string{"kustomize": "kustomize"})
	s.Copy(t, "gitops/flux/pki", "pki")
	s.Copy(t, "gitops/flux/apps/base", "apps/base")
	s.Env = append(s.Env, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=Test", "GIT_AUTHOR_EMAIL=test@example.com", "GIT_COMMITTER_NAME=Test", "GIT_COMMITTER_EMAIL=test@example.com")
	s.MustRun(t, "", nil, "git", "init", "-q", "-b", "main")
	Page{Path: "docs/hosts/flux.md"}.Run(t, s)

	for _, folder := range []string{"infrastructure/linkerd", "apps/shop"} {
		built := s.MustRun(t, "", nil, "kustomize", "build", folder)
		SameObjects(t, folder, MustFluxBuild(t, s.Dir, folder, withVariables), ParseObjects(t, built))
	}
	if all := MustFluxBuild(t, s.Dir, "clusters/prod", nil); len(all) != 2 { // what Flux itself is pointed at
		t.Errorf("clusters/prod: %v", all.Names())
	}

	s.Write(t, "tracing/jaeger.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: collector-config\n  namespace: linkerd-jaeger\ndata:\n  x: ${env:POD_IP}\n")
	if _, err := FluxBuild(t, s.Dir, "tracing", withVariables); err != nil {
		t.Error(err)
	}
	s.MustRun(t, "", nil, "rm", filepath.Join("tracing", "kustomization.yaml"))
	if _, err := FluxBuild(t, s.Dir, "tracing", withVariables); err == nil {
		t.Error("without the annotation Flux takes the chart's text for a variable, the page says")
	}
}
