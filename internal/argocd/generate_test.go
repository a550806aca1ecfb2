package argocd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
)

// TestGenerateNamesHeldWorkloads: a meshed workload that will not restart with
// the wave by itself gets a note; one that does gets none.
func TestGenerateNamesHeldWorkloads(t *testing.T) {
	const workload = `apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: shop}
spec:
  paused: PAUSED
  template:
    metadata: {annotations: {linkerd.io/inject: enabled}}
    spec: {containers: [{name: app}]}
---
`
	rotation, err := os.ReadFile("../../fixtures/workloads/state.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	objects := strings.NewReplacer("NAME", "waits", "PAUSED", "true").Replace(workload) +
		strings.NewReplacer("NAME", "rolls", "PAUSED", "false").Replace(workload)
	for name, text := range map[string]string{"rotation.yaml": string(rotation), "workloads.yaml": objects} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir) // as the plugin server runs us
	var notes bytes.Buffer
	none := func(string) string { return "" }
	out, err := Generate(Options{Dir: dir, Getenv: none, Custody: custody.World{Getenv: none}, Notes: &notes})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(out), "l5d-pki-render/rollout") != 2 {
		t.Errorf("not both workloads have the stamp:\n%s", out)
	}
	said := notes.String()
	if !strings.Contains(said, "note: does not restart by itself with the wave: Deployment shop/waits") || !strings.Contains(said, "paused") || strings.Contains(said, "rolls") {
		t.Errorf("notes: %q", said)
	}
}
