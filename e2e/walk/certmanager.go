package walk

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// certManager stands for cert-manager and trust-manager. Certificates are made by
// cert-manager's own code (internal/custody/clustertest/cmd/issue); when they are
// made, and the ConfigMap of a Bundle, is written here.
type certManager struct {
	// made is what each Secret was made for, by path: another key, issuer, name or
	// duration than before has it made anew.
	made map[string]string
}

const (
	certManagerGroup   = "/apis/cert-manager.io/v1/"
	trustBundles       = "/apis/trust.cert-manager.io/v1alpha1/bundles"
	trustNamespace     = "cert-manager"
	issuerSecret       = "linkerd-identity-issuer"
	anchorSecretPrefix = "linkerd-trust-anchor-"
)

func secretPath(namespace, name string) string {
	return "/api/v1/namespaces/" + namespace + "/secrets/" + name
}

func (c *certManager) reconcile(t *testing.T, m *mesh) {
	t.Helper()
	c.make(t, m)
	m.readBack(t)
}

// make makes what the objects in the cluster ask for.
func (c *certManager) make(t *testing.T, m *mesh) {
	t.Helper()
	for _, namespace := range []string{trustNamespace, "linkerd"} { // anchors first
		for _, certificate := range m.server.List(t, certManagerGroup+"namespaces/"+namespace+"/certificates") {
			c.issue(t, m, namespace, certificate)
		}
	}
	for _, bundle := range m.server.List(t, trustBundles) {
		m.deliverBundle(t, bundle)
	}
}

// issue makes the Secret of a Certificate, unless it was made for the same.
func (c *certManager) issue(t *testing.T, m *mesh, namespace string, certificate map[string]any) {
	t.Helper()
	spec, _ := certificate["spec"].(map[string]any)
	asked := maps.Clone(spec)
	delete(asked, "renewal") // when, not what
	delete(asked, "renewBefore")
	want, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	path := secretPath(namespace, text(spec, "secretName"))
	before, known := c.made[path]
	c.made[path] = string(want)
	if known && before == string(want) || !known && madeFor(m.server.Get(t, path), spec) {
		return
	}
	ref := text(spec, "issuerRef", "name")
	issuer := m.server.Get(t, certManagerGroup+"clusterissuers/"+ref)
	if issuer == nil || text(spec, "issuerRef", "kind") != "ClusterIssuer" {
		t.Errorf("Certificate %s: there is no ClusterIssuer %s", text(certificate, "metadata", "name"), ref)
		return
	}
	order := map[string]any{"certificate": certificate, "issuer": issuer}
	if ca := text(issuer, "spec", "ca", "secretName"); ca != "" {
		secret := m.server.Get(t, secretPath(trustNamespace, ca))
		order["ca"] = map[string]string{"tls.crt": decoded(secret, "data", "tls.crt"), "tls.key": decoded(secret, "data", "tls.key")}
	}
	request, err := json.Marshal(order)
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]string{}
	if err := json.Unmarshal(m.MustRun(t, string(request), nil, "issue"), &data); err != nil {
		t.Fatal(err)
	}
	m.makeSecret(t, "cert-manager", namespace, text(spec, "secretName"), kubernetesTLS, data)
}

// madeFor reports whether a Secret that was there before has what a Certificate
// asks for: its name, for as long.
func madeFor(secret, spec map[string]any) bool {
	block, _ := pem.Decode([]byte(decoded(secret, "data", "tls.crt")))
	if block == nil {
		return false
	}
	made, err := x509.ParseCertificate(block.Bytes)
	return err == nil && made.Subject.CommonName == text(spec, "commonName") && made.NotAfter.Sub(made.NotBefore).String() == text(spec, "duration")
}

// deliverBundle writes the ConfigMap of a Bundle into each namespace that it selects.
func (m *mesh) deliverBundle(t *testing.T, bundle map[string]any) {
	t.Helper()
	pem := ""
	spec, _ := bundle["spec"].(map[string]any)
	sources, _ := spec["sources"].([]any)
	for _, source := range sources {
		of, _ := source.(map[string]any)
		pem += text(of, "inLine")
		if name := text(of, "secret", "name"); name != "" {
			pem += decoded(m.server.Get(t, secretPath(trustNamespace, name)), "data", text(of, "secret", "key"))
		}
	}
	for _, namespace := range m.server.List(t, "/api/v1/namespaces") {
		if text(namespace, "metadata", "labels", "linkerd.io/is-control-plane") != text(spec, "target", "namespaceSelector", "matchLabels",
			"linkerd.io/is-control-plane") {
			continue
		}
		in, name := text(namespace, "metadata", "name"), text(bundle, "metadata", "name")
		m.server.Apply(t, "/api/v1/namespaces/"+in+"/configmaps/"+name, "trust-manager", map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": name, "namespace": in},
			"data": map[string]any{text(spec, "target", "configMap", "key"): pem},
		})
	}
}

// beginCertManager is a mesh that cert-manager's users run already: the anchor's
// Secret is cert-manager's, and a state file of this tool is new.
func beginCertManager(t *testing.T, m *mesh) {
	m.initNew(t, "--custody", "file", "--keys-dir", m.keysDir())
	m.printed.Reset()
	anchor := m.read(t).Status.Anchors[0]
	key, err := os.ReadFile(filepath.Join(m.keys, anchor.Name+".key"))
	if err != nil {
		t.Fatal(err)
	}
	secret := anchorSecretPrefix + anchor.Name
	m.makeSecret(t, "cert-manager", trustNamespace, secret, kubernetesTLS, map[string]string{
		"tls.crt": anchor.Certificate, "tls.key": string(key), "ca.crt": anchor.Certificate})
	text := m.text(t, m.state)
	text = regexp.MustCompile(`(?s)  webhooks:\n.*?  log:\n`).ReplaceAllString(text, "  log:\n")
	text = strings.Replace(text, "    kind: file\n", "    kind: cert-manager\n    trustNamespace: "+trustNamespace+"\n", 1)
	text = strings.Replace(text, "  linkerd:\n", "  leaf: {clockSkew: 1s}\n  linkerd:\n    externalCA: true\n    rollControlPlane: true\n", 1)
	text = keyPath.ReplaceAllStringFunc(text, func(line string) string {
		if found := keyPath.FindStringSubmatch(line); found[2] == anchor.Name {
			return found[1] + secret + "\n"
		}
		return "" // the key of the first issuer, which cert-manager makes anew
	})
	m.Write(t, m.state, text)
	m.control = &certManager{made: map[string]string{}}
}

// valid is when a certificate that was made now can be used: its notBefore is now,
// and clocks may differ by the second that the state says.
const valid = 2100 * time.Millisecond

// startCertManager follows docs/custody.md: cert-manager makes the incoming
// anchor and a first issuer, and both certificates are taken down.
func startCertManager(t *testing.T, m *mesh) []string {
	t.Helper()
	m.shell(t, "l5d-pki-render custody incoming --name next -s "+m.state+" | kubectl apply -f -")
	m.control.(*certManager).make(t, m)
	m.shell(t, `kubectl get secret linkerd-trust-anchor-next -n cert-manager -o jsonpath='{.data.tls\.crt}' | base64 -d > anchor.pem`)
	m.shell(t, `kubectl get secret linkerd-identity-issuer-next-1 -n linkerd -o jsonpath='{.data.tls\.crt}' | base64 -d > first.pem`)
	time.Sleep(valid)
	return []string{"--name", "next", "--anchor", "anchor.pem", "--signed", "first.pem"}
}

// readBack runs the printed command where cert-manager has made another issuer
// than the state knows.
func (m *mesh) readBack(t *testing.T) {
	t.Helper()
	live := certificates(decoded(m.server.Get(t, secrets+issuerSecret), "data", "tls.crt"))
	if slices.Equal(live, certificates(m.read(t).issuer())) {
		return
	}
	if m.readBackCommand == "" {
		t.Error("no command was printed that writes the issuer into the state")
	}
	m.shell(t, m.readBackCommand)
	time.Sleep(valid)
	m.tool(t, "sync")
	m.commit(t, "read back")
}
