package cli

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestSyncKeepsWhatIsNoOutput: the first line of an output, in a file that can be none,
// has nothing removed.
func TestSyncKeepsWhatIsNoOutput(t *testing.T) {
	const line = "# l5d-pki-render: owned by prod, output 9: do not edit\n"
	other := strings.NewReplacer("name: prod\n", "name: west\n", "spec:\n", "spec:\n  outputs:\n  - {kind: chart, path: out.yaml, chart: ./chart, valuesFiles: [values.yaml]}\n",
		"pki/issuer-2025-1.key", "keys/2025.yaml").Replace(goodState(t))
	if _, err := state.Parse("other", []byte(other)); err != nil {
		t.Fatal(err)
	}
	others := map[string]string{
		".github/workflows/guard.yaml": line + "on: pull_request\n", ".sops.yaml": line + "creation_rules: []\n", ".gitlab-ci.yml": line + "a: b\n",
		"other/rotation.yaml": line + other, "other/keys/2025.yaml": line + "data: x\n", "other/values.yaml": line + "a: b\n",
		"other/damaged.yaml": line + "apiVersion: \"l5d\\x2dpki-render/v1alpha1\"\nkind: Rotation\nx: [\n",
		"clusters.yaml":      line + "apiVersion: l5d-pki-render/v1alpha1\nkind: Fleet\nmetadata: {name: x}\n",
		"escaped.yaml":       line + "apiVersion: \"l5d\\x2dpki-render/v1alpha1\"\nkind: Fleet\n", "gate.yaml": line + "kind: RotationGate\n",
		"x/evidence/prod.yaml": line + "apiVersion: l5d-pki-render/v1alpha2\ncluster: prod\nkind: Observation\n",
	}
	all := map[string]string{"x/old.yaml": line + "kind: ConfigMap\n"}
	for name, text := range others {
		all[name] = text
	}
	root, file := syncRepository(t, valuesOut, all)
	done(t, call(t, "", nil, "sync", "-s", file))
	for name, text := range others {
		if have, err := os.ReadFile(filepath.Join(root, name)); string(have) != text {
			t.Errorf("%s: %q (%v)", name, have, err)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "x/old.yaml")); err == nil {
		t.Error("a file that was an output is left")
	}
}

// TestSyncKeepsItself: the same in the state's own file and key.
func TestSyncKeepsItself(t *testing.T) {
	const line = "# l5d-pki-render: owned by prod, output 9: do not edit\n"
	root, file := syncRepository(t, valuesOut, map[string]string{"pki/key.yaml": line, "pki/old.yaml": line})
	text := line + strings.Replace(readFile(t, file), "pki/issuer-2025-1.key", "key.yaml", 1)
	put(t, root, "pki/rotation.yaml", text)
	done(t, call(t, "", nil, "sync", "-s", file))
	if readFile(t, file) != text || readFile(t, filepath.Join(root, "pki/key.yaml")) != line {
		t.Error("the state or its key was changed")
	}
	if _, err := os.Stat(filepath.Join(root, "pki/old.yaml")); err == nil {
		t.Error("a file that was an output is left")
	}
}

// TestGuardMark: the first line of an output, of whatever state, in a file that the state
// reads is a finding, and the advice is not to run sync.
func TestGuardMark(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	key := path.Join(path.Dir(l.state), l.stateIn(l.clone).Status.Anchors[0].Key)
	for _, owner := range []string{"west", l.stateIn(l.clone).Metadata.Name} {
		for _, name := range []string{l.state, key} {
			dir := l.job("origin/main", func(dir string) {
				l.committed(dir, func() {
					put(t, dir, name, "# l5d-pki-render: owned by "+owner+", output 1: do not edit\n"+readFile(t, filepath.Join(dir, name)))
				})
			})
			if _, codes, out := l.guarded(dir); !slices.Contains(codes, "guard-mark") || slices.Contains(codes, "guard-output-stale") {
				t.Errorf("%s with the mark of %s: %v: %s", name, owner, codes, out)
			}
		}
	}
}
