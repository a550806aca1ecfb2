package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestLeaving: workloads are not written behind a link of the branch that leaves the
// repository; links within it are followed.
func TestLeaving(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	outside := t.TempDir()
	put(t, outside, "d.yaml", "kind: ConfigMap\n")
	link(t, l.clone, outside, "app")
	link(t, l.clone, "app", "chain")
	link(t, l.clone, outside, "in/sub")
	put(t, l.clone, "apps/d.yaml", "kind: ConfigMap\n")
	link(t, l.clone, "apps", "within")
	for arg, refused := range map[string]bool{"app": true, "app/": true, "chain": true, "app/*.yaml": true, "in/sub/**/*.yaml": true, "within": false, "apps": false} {
		got := l.run("workloads", "--allow-nothing", filepath.Join(l.clone, arg))
		if strings.HasSuffix(arg, "/") {
			got = l.run("workloads", "--allow-nothing", filepath.Join(l.clone, arg)+"/")
		}
		if is := strings.Contains(got.stderr, "workloads-link"); is != refused {
			t.Errorf("%s: %d %s", arg, got.code, got.stderr)
		}
	}
}
