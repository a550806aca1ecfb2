package kustomize

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestWithin: whatever way out of the folder a kustomization tries, it is
// refused by name; the same ways inside are open.
func TestWithin(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		says  string // "" builds
	}{
		{"base inside", map[string]string{"repo/app/kustomization.yaml": "resources: [../base]\n", "repo/base/kustomization.yaml": "resources: [web.yaml]\n", "repo/base/web.yaml": deployment}, ""},
		{"link inside", map[string]string{"repo/app/kustomization.yaml": "resources: [web.yaml]\n", "repo/app/web.yaml": "-> real.yaml", "repo/app/real.yaml": deployment}, ""},
		{"linked folder inside", map[string]string{"repo/app/kustomization.yaml": "resources: [base]\n", "repo/app/base": "-> ../base", "repo/base/kustomization.yaml": "resources: [web.yaml]\n", "repo/base/web.yaml": deployment}, ""},
		{"base outside", map[string]string{"repo/app/kustomization.yaml": "resources: [../../base]\n", "base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": deployment}, "../base"},
		{"absolute base", map[string]string{"repo/app/kustomization.yaml": "resources: [/etc]\n"}, "etc"},
		{"file behind a link", map[string]string{"repo/app/kustomization.yaml": "resources: [web.yaml]\n", "repo/app/web.yaml": "-> ../../web.yaml", "web.yaml": deployment}, "app/web.yaml"},
		{"folder behind a link", map[string]string{"repo/app/kustomization.yaml": "resources: [base]\n", "repo/app/base": "-> ../../base", "base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": deployment}, "app/base"},
		{"generator outside", map[string]string{"repo/app/kustomization.yaml": "configMapGenerator:\n- {name: a, files: [k=../../secret]}\n", "secret": "s"}, "../secret"},
		{"kustomization behind a link", map[string]string{"repo/app/kustomization.yaml": "-> ../../k.yaml", "k.yaml": "resources: [web.yaml]\n", "repo/app/web.yaml": deployment}, "app/kustomization.yaml"},
		{"component outside", map[string]string{"repo/app/kustomization.yaml": "resources: [web.yaml]\ncomponents: [../../c]\n", "repo/app/web.yaml": deployment, "c/kustomization.yaml": "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n"}, "../c"},
	} {
		for _, unrestricted := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				dir := testkit.Tree(t, c.files)
				built, err := Build(filepath.Join(dir, "repo/app"), Options{Within: filepath.Join(dir, "repo"), Unrestricted: unrestricted})
				if c.says == "" {
					if err != nil || !strings.Contains(string(built.Stream), "name: web") {
						t.Fatalf("%v\n%s", err, built.Stream)
					}
					return
				}
				problems := problem.Of(err)
				if len(problems) == 0 || len(built.Stream) > 0 {
					t.Fatal("it was built")
				}
				if problems[0].Code == problem.OverlayBuild.Code && !unrestricted {
					return // kustomize's own restrictor was first
				}
				if problems[0].Code != problem.OverlayOutside.Code || !strings.Contains(err.Error(), c.says) {
					t.Errorf("says %v, want %s with %s", err, problem.OverlayOutside.Code, c.says)
				}
			})
		}
	}
}
