package argocd

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
)

// TestNothingOfGit: the plugin server may send .git; no file of it is read, also not
// behind a link or in a folder that has it.
func TestNothingOfGit(t *testing.T) {
	root := testkit.Tree(t, map[string]string{
		".git/config": "url = https://user:login@example.com", "apps/linkerd/values.yaml": "a: b", "apps/linkerd/link": "-> ../../.git/config",
		"apps/linkerd/dir": "-> ../../.git", "apps/linkerd/chart/Chart.yaml": "", "apps/linkerd/chart/files": "-> ../../../.git", "apps/linkerd/sub/.git/config": "x",
	})
	c := checkout{root: root, app: "apps/linkerd", here: root + "/apps/linkerd"}
	for path, refused := range map[string]bool{
		"values.yaml": false, "../../.git/config": true, "link": true, "dir/config": true, "sub/.git/config": true, "missing.yaml": false,
	} {
		if _, err := c.file(path); (err != nil) != refused || refused && !strings.Contains(err.Error(), "it is in .git") {
			t.Errorf("%s: %v", path, err)
		}
	}
	for path, refused := range map[string]bool{"chart": true, "sub": false} {
		if _, err := c.folder(path); (err != nil) != refused {
			t.Errorf("folder %s: %v", path, err)
		}
	}
}
