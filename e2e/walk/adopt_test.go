package walk

import (
	"strings"
	"testing"
)

// documented is a mesh as Linkerd's page "Automatically rotating control plane TLS
// credentials" sets it up with cert-manager and trust-manager, with an issuer that
// lives for a year.
const documented = `apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: linkerd-self-signed}
spec: {selfSigned: {}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: linkerd-trust-anchor, namespace: cert-manager}
spec:
  secretName: linkerd-trust-anchor
  isCA: true
  commonName: root.linkerd.cluster.local
  duration: 87600h0m0s
  privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}
  usages: [cert sign, crl sign]
  issuerRef: {kind: ClusterIssuer, name: linkerd-self-signed}
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: linkerd-trust-anchor}
spec: {ca: {secretName: linkerd-trust-anchor}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: linkerd-identity-issuer, namespace: linkerd}
spec:
  secretName: linkerd-identity-issuer
  isCA: true
  commonName: identity.linkerd.cluster.local
  dnsNames: [identity.linkerd.cluster.local]
  duration: 8760h0m0s
  renewBefore: 2920h0m0s
  privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}
  usages: [cert sign, crl sign]
  issuerRef: {kind: ClusterIssuer, name: linkerd-trust-anchor}
---
apiVersion: trust.cert-manager.io/v1alpha1
kind: Bundle
metadata: {name: linkerd-identity-trust-roots}
spec:
  sources: [{secret: {name: linkerd-trust-anchor, key: tls.crt}}]
  target:
    configMap: {key: ca-bundle.crt}
    namespaceSelector: {matchLabels: {linkerd.io/is-control-plane: "true"}}
`

// TestAdoptCertManager: a mesh that runs with cert-manager is adopted from the
// cluster; lint has no error against it, and what the tool knows is what the
// cluster has. The anchor in force has no Certificate of this tool: its key is not
// cert-manager's to use.
func TestAdoptCertManager(t *testing.T) {
	l := newLab(t, false)
	m := newRepository(t, l, cell{"cert-manager", "kubectl", "anchor-bundle", kubernetesTLS})
	c := &certManager{made: map[string]string{}}
	m.MustRun(t, documented, nil, "kubectl", "apply", "-f", "-")
	c.make(t, m)
	m.shell(t, "helm template linkerd charts/linkerd -n linkerd -f values/linkerd.yaml > before.yaml && kubectl apply -f before.yaml -f apps/shop")
	m.shell(t, "mkdir pki && kubectl get configmap,secret,deployment,cronjob,mutatingwebhookconfiguration,validatingwebhookconfiguration -n linkerd -o yaml > live.yaml")
	m.tool(t, "init", "--stream", "live.yaml", "--custody", "cert-manager")
	m.tool(t, "lint")
	for _, wrong := range m.check(t) {
		t.Error(wrong)
	}
	if text := m.text(t, m.state); strings.Contains(text, "PRIVATE KEY") {
		t.Error("the state has a private key")
	}
	m.shell(t, "l5d-pki-render post-render -s "+m.state+" < before.yaml | diff before.yaml -")
	// cert-manager does not have the key of the anchor in force: a Bundle, and no Certificate for it.
	r := m.Run(t, "", nil, "l5d-pki-render", "manifests", "-s", m.state)
	if r.Code != 0 || !strings.Contains(r.Stdout, "kind: Bundle") {
		t.Errorf("manifests: exit %d\n%s", r.Code, r.Stderr)
	}
	m.shell(t, "l5d-pki-render custody incoming --name next -s "+m.state+" | kubectl apply -f -")
	c.make(t, m)
	if next := certificates(decoded(m.server.Get(t, secretPath(trustNamespace, anchorSecretPrefix+"next")), "data", "tls.crt")); len(next) != 1 {
		t.Errorf("%d certificates in the Secret of the incoming anchor", len(next))
	}
}
