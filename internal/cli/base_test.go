package cli

import (
	"strings"
	"testing"
)

// goodState is a state in phase anchor-added over the test PKI, whose keys lie
// in pki/ beside it. Refusals are made from it by replacing text.
func goodState(t testing.TB) string {
	t.Helper()
	cert := func(name string, indent string) string {
		lines := strings.Split(strings.TrimSpace(readFixture(t, "pki", name+".crt")), "\n")
		return "|\n" + indent + strings.Join(lines, "\n"+indent)
	}
	return `apiVersion: l5d-pki-render/v1alpha1
kind: Rotation
metadata:
  name: prod
spec:
  linkerd:
    version: "2.14.10"
  custody: {kind: file}
status:
  epoch: 1
  phase: anchor-added
  rotation: {kind: anchor, strategy: bundle}
  anchors:
  - name: "2025"
    role: outgoing
    certificate: ` + cert("anchor-2025", "      ") + `
  - name: "2026"
    role: incoming
    certificate: ` + cert("anchor-2026", "      ") + `
  issuers:
  - name: 2025-1
    role: outgoing
    key: pki/issuer-2025-1.key
    certificate: ` + cert("issuer-2025-1", "      ") + `
  - name: 2026-1
    role: incoming
    key: pki/issuer-2026-1.key
    certificate: ` + cert("issuer-2026-1", "      ") + `
  webhooks:
    proxyInjector:
      key: pki/proxy-injector.key
      certificate: ` + cert("proxy-injector", "        ") + `
      caBundle: ` + cert("webhook-ca", "        ") + `
`
}

// goodStream is a small control plane of the family 2.13 under anchor 2025.
func goodStream(t testing.TB) string {
	t.Helper()
	anchor := strings.TrimSpace(readFixture(t, "pki", "anchor-2025.crt"))
	issuer := strings.TrimSpace(readFixture(t, "pki", "issuer-2025-1.crt"))
	indent := func(text, by string) string { return strings.ReplaceAll(text, "\n", "\n"+by) }
	deployment := func(name string) string {
		return `---
# Source: linkerd-control-plane/templates/` + strings.TrimPrefix(name, "linkerd-") + `.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ` + name + `
  namespace: linkerd
spec:
  template:
    metadata:
      annotations:
        linkerd.io/trust-root-sha256: "0"
        checksum/config: "1"
`
	}
	return `---
# Source: linkerd-control-plane/templates/identity.yaml
apiVersion: v1
kind: Secret
metadata:
  name: linkerd-identity-issuer
  namespace: linkerd
data:
  crt.pem: AA==
  key.pem: AA==
---
# Source: linkerd-control-plane/templates/proxy-injector-rbac.yaml
apiVersion: v1
kind: Secret
metadata:
  name: linkerd-proxy-injector-k8s-tls
  namespace: linkerd
type: kubernetes.io/tls
data:
  tls.crt: AA==
  tls.key: AA==
---
# Source: linkerd-control-plane/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: linkerd-config
  namespace: linkerd
data:
  values: |
    identity:
      externalCA: false
      issuer:
        scheme: linkerd.io/tls
        tls:
          crtPEM: |-
            ` + indent(issuer, "            ") + `
    identityTrustAnchorsPEM: |-
      ` + indent(anchor, "      ") + `
    linkerdVersion: stable-2.14.10
---
# Source: linkerd-control-plane/templates/identity.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: linkerd-identity-trust-roots
  namespace: linkerd
data:
  ca-bundle.crt: |-
    ` + indent(anchor, "    ") + `
` + deployment("linkerd-identity") + deployment("linkerd-destination") + deployment("linkerd-proxy-injector") + `---
# Source: linkerd-control-plane/templates/heartbeat.yaml
apiVersion: batch/v1
kind: CronJob
metadata:
  name: linkerd-heartbeat
  namespace: linkerd
spec:
  schedule: "30 19 * * *"
---
# Source: linkerd-control-plane/templates/proxy-injector-rbac.yaml
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: linkerd-proxy-injector-webhook-config
webhooks:
- name: linkerd-proxy-injector.linkerd.io
  clientConfig:
    caBundle: AA==
`
}
