package cli

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSyncKeepsWhatIsNoOutput: the first line of an output, in a file that can be none,
// has nothing removed.
func TestSyncKeepsWhatIsNoOutput(t *testing.T) {
	const line = "# l5d-pki-render: owned by prod, output 9: do not edit\n"
	others := map[string]string{
		".github/workflows/guard.yaml": line + "on: pull_request\n", ".sops.yaml": line + "creation_rules: []\n", ".gitlab-ci.yml": line + "a: b\n",
		"x/evidence/prod.yaml": line + "apiVersion: l5d-pki-render/v1alpha2\ncluster: prod\nkind: Observation\n",
	}
	all := map[string]string{"x/old.yaml": line + "kind: ConfigMap\n"}
	for name, text := range others {
		all[name] = text
	}
	root, path := syncRepository(t, valuesOut, all)
	done(t, call(t, "", nil, "sync", "-s", path))
	for name, text := range others {
		if have, err := os.ReadFile(filepath.Join(root, name)); string(have) != text {
			t.Errorf("%s: %q (%v)", name, have, err)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "x/old.yaml")); err == nil {
		t.Error("a file that was an output is left")
	}
}
