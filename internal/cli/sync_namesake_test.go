package cli

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
)

// TestSyncNamesakes: a stale file stays while another state may own it, wherever
// and however that state is written.
func TestSyncNamesakes(t *testing.T) {
	stale := "# l5d-pki-render: owned by prod, output 1: do not edit\n"
	asJSON, _ := json.Marshal(map[string]any{"kind": "Rotation", "metadata": map[string]string{"name": "prod"}, "apiVersion": "l5d-pki-render/v1alpha1"})
	for name, c := range map[string]struct{ file, text, says string }{
		"behind comments":   {"x/rotation.yaml", "# " + strings.Repeat("x", 5000) + "\n" + otherState, "has the same metadata.name"},
		"fields first":      {"x/rotation.yaml", "spec:\n  a: |\n" + strings.Repeat("    text\n", 10_000) + otherState, "has the same metadata.name"},
		"another order":     {"x/rotation.yaml", "metadata:\n    labels: {a: b}\n    name: &n 'prod'\nkind: Rotation\napiVersion: \"l5d-pki-render/v1alpha1\"\n", "has the same metadata.name"},
		"escapes":           {"x/rotation.yaml", `{"apiVersion": "l5d\u002dpki-render/v1alpha1", "kind": "Rotation", "metadata": {"name": "pro\u0064"}}`, "has the same metadata.name"},
		"JSON":              {"x/state.json", string(asJSON), "has the same metadata.name"},
		"no extension":      {"x/state", otherState, "has the same metadata.name"},
		"second document":   {"x/all.yaml", "a: b\n---\n" + otherState, "has the same metadata.name"},
		"name set twice":    {"x/rotation.yaml", otherState + "metadata:\n  name: other\n", "has the same metadata.name"},
		"last name counts":  {"x/rotation.yaml", strings.Replace(otherState, "prod", "a", 1) + "metadata:\n  name: prod\n", "has the same metadata.name"},
		"conflict markers":  {"x/rotation.yaml", "<<<<<<< HEAD\n" + otherState + "=======\n>>>>>>> x\n", "cannot be read"},
		"a later version":   {"x/rotation.yaml", strings.Replace(otherState, "v1alpha1", "v2", 1), "has the same metadata.name"},
		"unreadable folder": {"x/closed/rotation.yaml", otherState, "cannot be read"},
		"another name":      {"x/rotation.yaml", strings.Replace(otherState, "prod", "prod-2", 1), ""},
		"a page":            {"x/README.md", "# Example\n\n```yaml\n" + otherState + "```\n- [x", ""},
		"binary":            {"x/data", string(utf16.Decode([]uint16{0, 1, 2})) + "l5d-pki-render/v1alpha1", ""},
		"too large":         {"x/large.yaml", "a: |\n" + strings.Repeat(strings.Repeat("  x", 100)+"\n", statefile.MaxSize/300+1), ""},
	} {
		t.Run(name, func(t *testing.T) {
			root, path := syncRepository(t, valuesOut, map[string]string{c.file: c.text, "x/old.yaml": stale})
			if name == "unreadable folder" {
				if os.Geteuid() == 0 {
					t.Skip("SKIPPED: root reads every directory")
				}
				closed := filepath.Join(root, "x", "closed")
				_ = os.Chmod(closed, 0)
				t.Cleanup(func() { _ = os.Chmod(closed, 0o755) })
			}
			old := filepath.Join(root, "x", "old.yaml")
			before := map[string]string{}
			if c.says != "" && name != "unreadable folder" {
				before = snapshot(t, root)
			}
			got := call(t, "", nil, "sync", "-s", path)
			_, err := os.Stat(old)
			if c.says == "" {
				if got.code != ExitDone || err == nil {
					t.Fatalf("code %d, %v, the stale file: %v", got.code, got.stderr, err)
				}
				return
			}
			if got.code != ExitFailed || err != nil || !strings.Contains(got.stderr, c.says) || !strings.Contains(got.stderr, "old.yaml") {
				t.Fatalf("code %d, %s, the stale file: %v", got.code, got.stderr, err)
			}
			if len(before) > 0 && !maps.Equal(before, snapshot(t, root)) {
				t.Error("files changed")
			}
		})
	}
}
