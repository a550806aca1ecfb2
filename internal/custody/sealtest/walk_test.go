package sealtest

import (
	"encoding/pem"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// everything is vouched for; advance is forced as well, since no time passes here.
var everything = []string{"--because", "a test without a cluster",
	"--assume", "BUNDLE-DELIVERED", "--assume", "BUNDLE-LOADED", "--assume", "ISSUER-LOADED", "--assume", "LEAVES-RENEWED",
	"--assume", "WEBHOOK-CA-DELIVERED", "--assume", "WEBHOOK-CERT-SERVED", "--assume", "RETIRED-GONE", "--assume", "DELIVERED-ELSEWHERE"}

const (
	issuerSecret = "linkerd-identity-issuer"
	hook         = "linkerd-proxy-injector-k8s-tls"
)

// TestWalks: in every phase of every rotation that needs no old key, what
// `manifests` writes opens with the controller's key to the key of the
// certificate of that phase, of the Secret that Linkerd mounts; the certificate
// served changes in the phase that says so; key files change never, and
// rendering again gives the same bytes.
func TestWalks(t *testing.T) {
	for _, w := range []struct {
		kind, scheme string
		phases       int
		changes      []string // the phases that serve another issuer or webhook certificate
	}{
		{"anchor", "linkerd.io/tls", 6, []string{"issuer-switched"}},
		{"anchor", "kubernetes.io/tls", 6, []string{"issuer-switched"}},
		{"webhooks", "kubernetes.io/tls", 3, []string{"webhook-cert-switched"}},
	} {
		t.Run(w.kind+" "+w.scheme[:10], func(t *testing.T) {
			c := newController(t, time.Hour)
			m := newMesh(t, c, w.scheme)
			before := c.serves(t, m, w.scheme)
			m.must(t, append([]string{"start", w.kind}, everything...)...)
			keys := m.keyFiles(t)
			var changes []string
			for i := range w.phases {
				if i > 0 {
					m.must(t, append([]string{"advance", "--force"}, everything...)...)
				}
				now := c.serves(t, m, w.scheme)
				if !maps.Equal(now, before) {
					changes = append(changes, m.phase(t))
				}
				before = now
				if after := m.keyFiles(t); !maps.Equal(after, keys) {
					t.Errorf("%s: a key file changed", m.phase(t))
				}
			}
			if got, want := strings.Join(changes, " "), strings.Join(w.changes, " "); got != want {
				t.Errorf("certificates change in %q, want %q", got, want)
			}
			if m.phase(t) != "stable" {
				t.Errorf("ends in %s", m.phase(t))
			}
		})
	}
}

// TestCrossSign: the issuer's chain loses its cross certificate without a new
// key: the SealedSecret changes in the clear part only.
func TestCrossSign(t *testing.T) {
	c := newController(t, time.Hour)
	m := newMesh(t, c, "kubernetes.io/tls")
	anchor := m.recover(t, c)
	m.must(t, append([]string{"start", "anchor", "--strategy", "cross-sign", "--outgoing-key", anchor}, everything...)...)
	ciphertext := sealed(t, m.must(t, "manifests"))[issuerSecret].Spec.EncryptedData["tls.key"]
	if n := strings.Count(sealed(t, m.must(t, "manifests"))[issuerSecret].Spec.Template.Data["tls.crt"], "BEGIN CERTIFICATE"); n != 2 {
		t.Fatalf("%d certificates, want the issuer and the cross certificate", n)
	}
	for m.phase(t) != "stable" {
		m.must(t, append([]string{"advance", "--force"}, everything...)...)
		s := sealed(t, m.must(t, "manifests"))[issuerSecret]
		if s.Spec.EncryptedData["tls.key"] != ciphertext {
			t.Errorf("%s: the ciphertext changed", m.phase(t))
		}
		c.serves(t, m, "kubernetes.io/tls")
	}
	if n := strings.Count(sealed(t, m.must(t, "manifests"))[issuerSecret].Spec.Template.Data["tls.crt"], "BEGIN CERTIFICATE"); n != 1 {
		t.Errorf("%d certificates at the end, want the issuer alone", n)
	}
}

// serves opens what `manifests` writes and gives the certificates that are
// served, by Secret.
func (c controller) serves(t *testing.T, m *mesh, scheme string) map[string]string {
	t.Helper()
	stream := m.must(t, "manifests")
	if again := m.must(t, "manifests"); again != stream {
		t.Error("a second render gives other bytes")
	}
	serves := map[string]string{}
	for name, s := range sealed(t, stream) {
		secret, err := c.unseal(t, s)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wantType, fields := "kubernetes.io/tls", [][2]string{{"tls.crt", "tls.key"}}
		if name == issuerSecret && scheme == "linkerd.io/tls" {
			wantType = "Opaque"
		}
		if name == issuerSecret {
			fields = append(fields, [2]string{"crt.pem", "key.pem"})
		}
		if string(secret.Type) != wantType || secret.Name != name || secret.Namespace != "linkerd" {
			t.Errorf("%s/%s of type %s", secret.Namespace, secret.Name, secret.Type)
		}
		for _, pair := range fields {
			leaf := checkPair(t, secret.Data[pair[0]], secret.Data[pair[1]])
			serves[name] = leaf.SerialNumber.String()
		}
		if secret.Labels["linkerd.io/control-plane-ns"] != "linkerd" {
			t.Errorf("%s: labels %v", name, secret.Labels)
		}
	}
	if len(serves) != 4 || serves[issuerSecret] == "" || serves[hook] == "" {
		t.Fatalf("%d SealedSecrets", len(serves))
	}
	return serves
}

// recover opens the current anchor's key as docs/custody.md shows: with the
// controller's key, by kubeseal --recovery-unseal.
func (m *mesh) recover(t *testing.T, c controller) string {
	t.Helper()
	bin, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	backup := filepath.Join(dir, "controller.key")
	write(t, backup, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: pkcs1(c.key)}))
	for path, text := range m.keyFiles(t) {
		if !strings.Contains(text, "l5d-pki-render-anchor-") {
			continue
		}
		secret := unsealed(t, filepath.Join(bin, "kubeseal"), backup, text)
		file := filepath.Join(dir, "anchor.key")
		if err := os.WriteFile(file, secret.Data["tls.key"], 0o600); err != nil {
			t.Fatal(err)
		}
		t.Logf("recovered the anchor's key from %s", path)
		return file
	}
	t.Fatal("no anchor's key")
	return ""
}

// phase in force.
func (m *mesh) phase(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(m.path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n  phase: ")
	phase, _, _ := strings.Cut(rest, "\n")
	return phase
}

// TestSync: the file that Git owns opens with the controller's key; syncing again
// and moving on without a new key leave every file of keys as it is.
func TestSync(t *testing.T) {
	c := newController(t, time.Hour)
	m := newMesh(t, c, "kubernetes.io/tls")
	m.edit(t, "spec:\n", "spec:\n  outputs: [{kind: manifests, path: pki.yaml}]\n")
	m.must(t, "sync")
	first := m.files(t)
	for name, s := range sealed(t, first["pki.yaml"]) {
		secret, err := c.unseal(t, s)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkPair(t, secret.Data["tls.crt"], secret.Data["tls.key"])
	}
	m.must(t, "sync")
	m.must(t, "sync", "--check")
	if !maps.Equal(first, m.files(t)) {
		t.Error("syncing again changes files")
	}
	m.must(t, append([]string{"start", "anchor"}, everything...)...)
	m.must(t, "sync")
	if got := m.files(t)["pki.yaml"]; got != first["pki.yaml"] {
		t.Error("anchor-added changes the sealed keys, which serve the same issuer")
	}
}

// TestRewrap: plain keys are sealed when the custody changes.
func TestRewrap(t *testing.T) {
	c := newController(t, time.Hour)
	m := newMesh(t, c, "kubernetes.io/tls")
	if err := os.RemoveAll(filepath.Join(m.dir, "keys")); err != nil {
		t.Fatal(err)
	}
	m.must(t, "init", "--new", "--force", "--linkerd-version", "2.18", "--custody", "file", "--keys-dir", "plain")
	m.edit(t, "kind: file", "kind: sealed-secret\n    certificate: sealing.crt")
	m.must(t, "custody", "rewrap", "--from", "file")
	plain, err := filepath.Glob(filepath.Join(m.dir, "plain", "*.key"))
	if err != nil || len(plain) != 5 {
		t.Fatalf("%d plain keys (%v)", len(plain), err)
	}
	for _, file := range plain {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	c.serves(t, m, "linkerd.io/tls")
	if out := m.must(t, "custody", "status"); strings.Count(out, " ok") != 5 {
		t.Error(out)
	}
}

func (m *mesh) edit(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(m.path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), from) {
		t.Fatalf("no %q in the state", from)
	}
	write(t, m.path, []byte(strings.Replace(string(text), from, to, 1)))
}
