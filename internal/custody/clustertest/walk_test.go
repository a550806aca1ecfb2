// Package clustertest walks a rotation with custody cert-manager: what is
// rendered is read with the types of cert-manager and trust-manager, and the
// certificates are made by cert-manager's own code. It is a module of its own,
// since that code wants libraries that nothing else here needs.
package clustertest

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cmapi "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmpki "github.com/cert-manager/cert-manager/pkg/util/pki"
	trustapi "github.com/cert-manager/trust-manager/pkg/apis/trust/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// pair is a CA's Secret.
type pair struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// objects of a stream, in the types of their owners; unknown fields are errors.
type objects struct {
	certificates map[string]*cmapi.Certificate
	issuers      map[string]*cmapi.ClusterIssuer
	bundle       *trustapi.Bundle
}

func read(t *testing.T, stream string) objects {
	t.Helper()
	o := objects{map[string]*cmapi.Certificate{}, map[string]*cmapi.ClusterIssuer{}, nil}
	strict := func(text string, into any) {
		if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	for _, text := range strings.Split("\n"+stream, "\n---\n") {
		var head metav1.TypeMeta
		if err := yaml.Unmarshal([]byte(text), &head); err != nil {
			t.Fatal(err)
		}
		switch head.APIVersion + " " + head.Kind {
		case "cert-manager.io/v1 Certificate":
			var c cmapi.Certificate
			strict(text, &c)
			o.certificates[c.Name] = &c
		case "cert-manager.io/v1 ClusterIssuer":
			var i cmapi.ClusterIssuer
			strict(text, &i)
			o.issuers[i.Name] = &i
		case "trust.cert-manager.io/v1alpha1 Bundle":
			o.bundle = &trustapi.Bundle{}
			strict(text, o.bundle)
		case " ":
		default:
			t.Fatalf("%s %s was not expected", head.APIVersion, head.Kind)
		}
	}
	return o
}

// cluster has the Secrets of anchors, by name.
type cluster map[string]pair

// issue makes what a Certificate asks for, by cert-manager's code.
func (k cluster) issue(t *testing.T, o objects, c *cmapi.Certificate) pair {
	t.Helper()
	template, err := cmpki.CertificateTemplateFromCertificate(c)
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	key, err := cmpki.GeneratePrivateKeyForCertificate(c)
	if err != nil {
		t.Fatal(err)
	}
	by := o.issuers[c.Spec.IssuerRef.Name]
	if by == nil || c.Spec.IssuerRef.Kind != "ClusterIssuer" {
		t.Fatalf("%s: no %s %s", c.Name, c.Spec.IssuerRef.Kind, c.Spec.IssuerRef.Name)
	}
	parent, signer := template, key
	if by.Spec.CA != nil {
		ca, made := k[by.Spec.CA.SecretName]
		if !made {
			t.Fatalf("%s: the Secret %s is not there", c.Name, by.Spec.CA.SecretName)
		}
		parent, signer = ca.certificate, ca.key
	} else if by.Spec.SelfSigned == nil {
		t.Fatalf("%s is neither a CA nor self-signed", by.Name)
	}
	_, made, err := cmpki.SignCertificate(template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	renewal, err := cmpki.RenewalTime(made.NotBefore, made.NotAfter, c.Spec.RenewBefore, nil, c.Spec.Renewal)
	if err != nil {
		t.Fatal(err)
	}
	if disabled := c.Spec.Renewal.Policy == cmapi.CertificateRenewalPolicyDisabled; disabled != (renewal == nil) || by.Spec.SelfSigned != nil && !disabled {
		t.Errorf("%s is renewed at %v", c.Name, renewal)
	}
	return pair{made, key}
}

// mesh is a folder with a state file.
type mesh struct{ dir, path, bin string }

func (m mesh) run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(m.bin, append(args, "-s", m.path)...)
	var talk strings.Builder
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, talk.String())
	}
	return string(out)
}

// newMesh is a mesh whose first anchor cert-manager has.
func newMesh(t *testing.T) (mesh, cluster) {
	t.Helper()
	m := mesh{dir: t.TempDir()}
	m.path, m.bin = filepath.Join(m.dir, "rotation.yaml"), filepath.Join(m.dir, "l5d-pki-render")
	build := exec.Command("go", "build", "-o", m.dir+"/", "./cmd/l5d-pki-render", "./cmd/l5d-pki-render-full")
	build.Dir = "../../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	m.run(t, "init", "--new", "--linkerd-version", "2.18", "--custody", "file")
	text, err := os.ReadFile(m.path)
	if err != nil {
		t.Fatal(err)
	}
	year := time.Now().UTC().Format("2006")
	_, rest, _ := strings.Cut(string(text), "- name: ")
	name := strings.Trim(strings.SplitN(rest, "\n", 2)[0], `"`)
	if name != year {
		t.Fatalf("the first anchor is called %q", name)
	}
	key, err := os.ReadFile(filepath.Join(m.dir, "keys", name+".key"))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := cmpki.DecodePrivateKeyBytes(key)
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "certificate: |\n")
	var lines []string
	for line := range strings.Lines(block) {
		lines = append(lines, strings.TrimSpace(line))
		if strings.Contains(line, "-----END") {
			break
		}
	}
	der, _ := pem.Decode([]byte(strings.Join(lines, "\n")))
	anchor, err := x509.ParseCertificate(der.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.Lines(cut(string(text), "  webhooks:\n", "  log:\n")) {
		if !strings.HasPrefix(line, "    key: keys/"+name+"-1") {
			kept = append(kept, line)
		}
	}
	with := strings.NewReplacer("kind: file", "kind: cert-manager", "    key: keys/"+name+".key", "    key: linkerd-trust-anchor-"+name,
		"  linkerd:\n", "  leaf: {clockSkew: 1s}\n  outputs: [{kind: manifests, path: pki.yaml}]\n  linkerd:\n    issuerScheme: kubernetes.io/tls\n    externalCA: true\n").Replace(strings.Join(kept, ""))
	if err := os.WriteFile(m.path, []byte(with), 0o600); err != nil {
		t.Fatal(err)
	}
	return m, cluster{"linkerd-trust-anchor-" + name: {anchor, signer}}
}

func cut(text, from, to string) string {
	before, rest, found := strings.Cut(text, from)
	if !found {
		return text
	}
	_, after, found := strings.Cut(rest, to)
	if !found {
		return before
	}
	return before + to + after
}

func (m mesh) file(t *testing.T, name string, p pair) string {
	t.Helper()
	text, err := cmpki.EncodeX509(p.certificate)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(m.dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWalk: an anchor and issuers that cert-manager makes go through every phase
// of a rotation, and lint has nothing against them.
func TestWalk(t *testing.T) {
	m, k := newMesh(t)
	o := read(t, m.run(t, "custody", "incoming", "--name", "next"))
	k["linkerd-trust-anchor-next"] = k.issue(t, o, o.certificates["linkerd-trust-anchor-next"])
	first := k.issue(t, o, o.certificates["linkerd-identity-issuer-next-1"])
	anchor, issuer := m.file(t, "anchor.pem", k["linkerd-trust-anchor-next"]), m.file(t, "issuer.pem", first)
	time.Sleep(1500 * time.Millisecond) // notBefore is now, and clocks may differ by the second that the state says
	m.run(t, "start", "anchor", "--name", "next", "--anchor", anchor, "--signed", issuer)
	for range 6 {
		o := read(t, m.run(t, "manifests"))
		for name := range k { // asked for as they are: nothing is made anew
			spec := o.certificates[name]
			if spec == nil {
				continue // a retired one
			}
			if got, want := spec.Spec.Duration.Duration, k[name].certificate.NotAfter.Sub(k[name].certificate.NotBefore); got != want {
				t.Errorf("%s: duration %s, made for %s", name, got, want)
			}
			if spec.Spec.CommonName != k[name].certificate.Subject.CommonName {
				t.Errorf("%s: %q", name, spec.Spec.CommonName)
			}
		}
		if len(o.bundle.Spec.Sources) != 1 || o.bundle.Spec.Target.ConfigMap.Key != "ca-bundle.crt" || o.bundle.Spec.Target.NamespaceSelector == nil {
			t.Errorf("%+v", o.bundle.Spec)
		}
		c := o.certificates["linkerd-identity-issuer"]
		if c.Spec.PrivateKey.RotationPolicy != cmapi.RotationPolicyAlways {
			t.Error("the key stays when the issuer is made anew")
		}
		now := k.issue(t, o, c)
		m.run(t, "custody", "read-back", "--issuer", m.file(t, "now.pem", now))
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM([]byte(o.bundle.Spec.Sources[0].InLine))
		if _, err := now.certificate.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
			t.Errorf("the issuer does not chain to the Bundle: %v", err)
		}
		if text, _ := os.ReadFile(m.path); strings.Contains(string(text), "phase: stable") {
			break
		}
		m.run(t, "advance", "--force", "--because", "a test", "--assume", "BUNDLE-DELIVERED", "--assume", "BUNDLE-LOADED", "--assume", "ISSUER-LOADED", "--assume", "LEAVES-RENEWED")
	}
	text, _ := os.ReadFile(m.path)
	if !strings.Contains(string(text), "phase: stable") {
		t.Fatalf("did not end:\n%s", text)
	}
	m.run(t, "lint")
}
