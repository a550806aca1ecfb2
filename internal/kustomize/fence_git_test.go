package kustomize

import (
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"

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
