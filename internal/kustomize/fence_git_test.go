package kustomize

import (
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// TestFenceGit: a kustomization reads nothing of .git, also not behind a link.
func TestFenceGit(t *testing.T) {
	root := testkit.Tree(t, map[string]string{".git/config": "login", "base/a.yaml": "a", "base/link": "-> ../.git/config", "base/.gitignore": "x"})
	f, err := newFence(filesys.MakeFsOnDisk(), root)
	if err != nil {
		t.Fatal(err)
	}
	for path, refused := range map[string]bool{"base/a.yaml": false, "base/.gitignore": false, ".git/config": true, "base/link": true, ".git": true} {
		if err := f.inside(root + "/" + path); (err != nil) != refused {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestBuildGit: a kustomization that may read anywhere reads nothing of .git either.
func TestBuildGit(t *testing.T) {
	for name, files := range map[string]string{"its own": ".git/config", "one above": "../.git/config", "behind a link": "link"} {
		root := testkit.Tree(t, map[string]string{
			".git/config": "login", "app/.git/config": "login", "app/link": "-> .git/config",
			"app/kustomization.yaml": "configMapGenerator: [{name: g, files: [x=" + files + "]}]\n",
		})
		_, err := Build(root+"/app", Options{Unrestricted: true})
		if problems := problem.Of(err); len(problems) != 1 || problems[0].Code != problem.OverlayGit.Code {
			t.Errorf("%s: %v", name, err)
		}
	}
}
