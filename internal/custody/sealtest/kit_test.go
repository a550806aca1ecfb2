// Package sealtest walks whole rotations with custody sealed-secret: keys are
// sealed by the real kubeseal, and what was rendered is opened by the code of
// the sealed-secrets controller. It is a module of its own, since that code
// wants libraries that nothing else here needs.
package sealtest

import (
	"bytes"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bitnami-labs/sealed-secrets/pkg/apis/sealedsecrets/v1alpha1"
	"github.com/bitnami-labs/sealed-secrets/pkg/crypto"
	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"

	// What kubeseal itself imports, so that it can be built here.
	_ "github.com/bitnami-labs/sealed-secrets/pkg/kubeseal"
	_ "github.com/google/renameio"
	_ "github.com/mattn/go-isatty"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
)

// programs are built once: kubeseal, and l5d-pki-render of this checkout.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sealtest")
	if err != nil {
		return "", err
	}
	for _, build := range []struct{ in, what string }{
		{".", "github.com/bitnami-labs/sealed-secrets/cmd/kubeseal"},
		{"../../..", "./cmd/l5d-pki-render"},
		{"../../..", "./cmd/l5d-pki-render-full"},
		{"../../..", "./cmd/l5d-pki-render-chart"},
	} {
		cmd := exec.Command("go", "build", "-o", dir+"/", build.what)
		cmd.Dir = build.in
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", &exec.Error{Name: build.what + ": " + string(out), Err: err}
		}
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := programs(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// controller is a sealed-secrets controller: its key, and its certificate in a file.
type controller struct {
	key         *rsa.PrivateKey
	certificate string
}

func newController(t *testing.T, life time.Duration) controller {
	t.Helper()
	key, certificate, err := crypto.GeneratePrivateKeyAndCert(2048, life, "sealed-secrets")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sealing.crt")
	write(t, path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
	return controller{key, path}
}

// unseal is what the controller does with a SealedSecret.
func (c controller) unseal(t *testing.T, s *v1alpha1.SealedSecret) (*v1.Secret, error) {
	t.Helper()
	fingerprint, err := crypto.PublicKeyFingerprint(&c.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return s.Unseal(scheme.Codecs, map[string]*rsa.PrivateKey{fingerprint: c.key})
}

// mesh is a folder with a state file of custody sealed-secret.
type mesh struct {
	dir, path string
	env       []string
}

// newMesh is a new PKI, whose keys are sealed to the controller.
func newMesh(t *testing.T, c controller, scheme string) *mesh {
	t.Helper()
	m := &mesh{dir: t.TempDir()}
	m.path = filepath.Join(m.dir, "rotation.yaml")
	certificate, err := os.ReadFile(c.certificate)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(m.dir, "sealing.crt"), certificate)
	m.must(t, "init", "--new", "--linkerd-version", "2.18", "--seal-to", "sealing.crt")
	text, err := os.ReadFile(m.path)
	if err != nil {
		t.Fatal(err)
	}
	with := strings.Replace(string(text), "  linkerd:\n", "  linkerd:\n    issuerScheme: "+scheme+"\n", 1)
	write(t, m.path, []byte(with))
	return m
}

// run runs l5d-pki-render with kubeseal in the PATH.
func (m *mesh) run(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	bin, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(bin, "l5d-pki-render"), append(args, "-s", m.path)...)
	cmd.Env = append(append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "KUBECONFIG=/absent"), m.env...)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	err = cmd.Run()
	if strings.Contains(out.String()+talk.String(), "PRIVATE KEY-----") {
		t.Errorf("%v shows a key", args)
	}
	return out.String(), talk.String(), err
}

func (m *mesh) must(t *testing.T, args ...string) string {
	t.Helper()
	out, talk, err := m.run(t, args...)
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, talk)
	}
	return out
}

// files are all files of the folder but the state's lock.
func (m *mesh) files(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(m.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".lock") {
			return err
		}
		text, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, m.dir+"/")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// keyFiles are the sealed keys among them.
func (m *mesh) keyFiles(t *testing.T) map[string]string {
	files := m.files(t)
	maps.DeleteFunc(files, func(path, _ string) bool { return !strings.HasSuffix(path, ".sealed") })
	return files
}

// sealed are the SealedSecrets of a stream, by name, in the types of their owner.
func sealed(t *testing.T, stream string) map[string]*v1alpha1.SealedSecret {
	t.Helper()
	found := map[string]*v1alpha1.SealedSecret{}
	for _, text := range strings.Split("\n"+stream, "\n---\n") {
		if !strings.Contains(text, "kind: SealedSecret") {
			continue
		}
		var s v1alpha1.SealedSecret
		if err := yaml.UnmarshalStrict([]byte(text), &s); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if found[s.Name] != nil {
			t.Fatalf("%s stands twice", s.Name)
		}
		found[s.Name] = &s
	}
	return found
}

// checkPair: the certificate's key is the key, and the leaf is what it says.
func checkPair(t *testing.T, certificate, key []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(certificate)
	keyBlock, rest := pem.Decode(key)
	if block == nil || keyBlock == nil || len(rest) > 0 {
		t.Fatalf("%d bytes of certificate, %d of key: no PEM", len(certificate), len(key))
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tls.X509KeyPair(certificate, key); err != nil {
		t.Fatal(err)
	}
	return parsed
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func pkcs1(key *rsa.PrivateKey) []byte { return x509.MarshalPKCS1PrivateKey(key) }

// unsealed runs kubeseal --recovery-unseal on a key file.
func unsealed(t *testing.T, kubeseal, backup, text string) *v1.Secret {
	t.Helper()
	cmd := exec.Command(kubeseal, "--recovery-unseal", "--recovery-private-key", backup)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var secret v1.Secret
	if err := yaml.Unmarshal(out, &secret); err != nil {
		t.Fatal(err)
	}
	return &secret
}

// reEncrypt is what the controller does for `kubeseal --re-encrypt`
// (pkg/controller: AttemptUnseal, then NewSealedSecret), to its newer key.
func (c controller) reEncrypt(t *testing.T, newer controller, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var s v1alpha1.SealedSecret
	if err := yaml.UnmarshalStrict(text, &s); err != nil {
		t.Fatal(err)
	}
	secret, err := c.unseal(t, &s)
	if err != nil {
		t.Fatal(err)
	}
	secret.OwnerReferences = nil
	again, err := v1alpha1.NewSealedSecret(scheme.Codecs, &newer.key.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	again.APIVersion, again.Kind = s.APIVersion, s.Kind
	out, err := json.MarshalIndent(again, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return out
}
