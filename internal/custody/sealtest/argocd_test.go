package sealtest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// generate is what Argo CD's plugin makes of the mesh's folder as an application.
func (m *mesh) generate(t *testing.T, env ...string) (stdout, stderr string, err error) {
	t.Helper()
	bin, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(bin, "l5d-pki-render"), "cmp", "generate")
	cmd.Dir, cmd.Env = m.dir, append([]string{"PATH=/absent"}, env...)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	err = cmd.Run()
	return out.String(), talk.String(), err
}

// TestArgoCD: Argo CD's plugin puts the SealedSecrets into the application, in the
// places of a stream's Secrets and beside a chart that leaves Secrets to others.
// The controller opens each; neither kubeseal nor a key is needed.
func TestArgoCD(t *testing.T) {
	const fixtures = "../../../fixtures"
	c := newController(t, time.Hour)
	stream, err := os.ReadFile(filepath.Join(fixtures, "rotation", "input.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	layouts := map[string]func(*mesh) []string{
		"manifests": func(m *mesh) []string {
			write(t, filepath.Join(m.dir, "linkerd.yaml"), stream)
			return nil
		},
		"chart": func(m *mesh) []string {
			if err := os.CopyFS(filepath.Join(m.dir, "chart"), os.DirFS(filepath.Join(fixtures, "charts", "control-plane"))); err != nil {
				t.Fatal(err)
			}
			return []string{"ARGOCD_ENV_CHART=chart"}
		},
	}
	for layout, prepare := range layouts {
		for _, scheme := range []string{"linkerd.io/tls", "kubernetes.io/tls"} {
			if layout == "manifests" && scheme == "kubernetes.io/tls" {
				continue // the stream has the other scheme
			}
			t.Run(layout+", "+scheme, func(t *testing.T) {
				m := newMesh(t, c, scheme)
				text, err := os.ReadFile(m.path)
				if err != nil {
					t.Fatal(err)
				}
				write(t, m.path, bytes.Replace(text, []byte(`version: "2.18"`), []byte(`version: "edge-25.10.7"`), 1))
				env := prepare(m)
				out, talk, err := m.generate(t, env...)
				if err != nil {
					t.Fatal(talk)
				}
				if strings.Contains(out, "\nkind: Secret\n") || strings.Contains(out, "PRIVATE KEY") {
					t.Error("a Secret in the output")
				}
				want := sealed(t, m.must(t, "manifests"))
				got := sealed(t, out)
				if len(got) != len(want) || len(got) < 4 {
					t.Fatalf("%d SealedSecrets, want %d", len(got), len(want))
				}
				for name, s := range got {
					secret, err := c.unseal(t, s)
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					checkPair(t, secret.Data["tls.crt"], secret.Data["tls.key"])
				}
				if out, talk, err := m.generate(t, append(env, "ARGOCD_ENV_SECRETS_APART=true")...); err != nil || len(sealed(t, out)) != 0 {
					t.Errorf("apart: %v: %s", err, talk)
				}
			})
		}
	}
}
