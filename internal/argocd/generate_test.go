package argocd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
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

// TestGenerateOfForeignNames: objects come from the contents of files. What a file or a
// directory is called is none, however it goes on behind a line break.
func TestGenerateOfForeignNames(t *testing.T) {
	rotation, err := os.ReadFile("../../fixtures/workloads/state.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"\n", "\r", "\u0085", "\u2028"} {
		dir := t.TempDir()
		folder := filepath.Join(dir, strings.ReplaceAll("a\n---\napiVersion: rbac.authorization.k8s.io", "\n", end))
		file := filepath.Join(folder, strings.ReplaceAll("v1\nkind: ClusterRoleBinding\nmetadata: {name: p}\n---\n#.yaml", "\n", end))
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{filepath.Join(dir, "rotation.yaml"): string(rotation), file: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: harmless}\n"} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		t.Chdir(dir)
		var notes bytes.Buffer
		getenv := func(name string) string { return map[string]string{"ARGOCD_ENV_ALLOW_NOTHING": "true"}[name] }
		out, err := Generate(Options{Dir: dir, Getenv: getenv, Custody: custody.World{Getenv: getenv}, Notes: &notes})
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.FieldsFunc(string(out), func(r rune) bool { return strings.ContainsRune("\n\r\u0085\u2028", r) })
		for _, line := range lines {
			if strings.HasPrefix(line, "kind: ") && line != "kind: ConfigMap" || strings.HasPrefix(line, "---") && line != "---" {
				t.Errorf("behind %q: %q", end, out)
			}
		}
	}
}

// TestGenerateOfForeignSecrets: a Secret with a key that no phase knows is not left out, as if
// something delivered it: Argo CD would remove it from the cluster.
func TestGenerateOfForeignSecrets(t *testing.T) {
	rotation, err := os.ReadFile("../../fixtures/workloads/state.yaml")
	if err != nil {
		t.Fatal(err)
	}
	generate := func(secret string) (string, string, error) {
		dir := t.TempDir()
		for name, text := range map[string]string{"rotation.yaml": string(rotation), "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "s.yaml": secret} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		t.Chdir(dir)
		var notes bytes.Buffer
		getenv := func(name string) string {
			return map[string]string{"ARGOCD_ENV_ALLOW_NOTHING": "true", "ARGOCD_ENV_SECRETS_APART": "true"}[name]
		}
		out, err := Generate(Options{Dir: dir, Getenv: getenv, Custody: custody.World{Getenv: getenv}, Notes: &notes})
		return string(out), notes.String(), err
	}
	const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: NAME}\ndata: {tls.crt: eA==, tls.key: eA==}\n"
	for _, name := range []string{"ingress-tls, namespace: shop", "x-linkerd-identity-issuer, namespace: linkerd", "linkerd-identity-issuer, namespace: other", "tap-k8s-tls, namespace: linkerd-viz"} {
		out, notes, err := generate(strings.Replace(secret, "NAME", name, 1))
		if problems := problem.Of(err); err == nil || problems[0].Code != problem.ArgoCDForeignSecrets.Code || strings.Contains(notes, "delivered") {
			t.Errorf("%s: %v\n%s%s", name, err, notes, out)
		}
	}
	for _, name := range []string{"linkerd-identity-issuer, namespace: linkerd", "linkerd-identity-issuer"} {
		if out, notes, err := generate(strings.Replace(secret, "NAME", name, 1)); err != nil || strings.Contains(out, "tls.key") || !strings.Contains(notes, "left out") {
			t.Errorf("%s: %v\n%s%s", name, err, notes, out)
		}
	}
}
