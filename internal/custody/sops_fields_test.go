package custody

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

const sealedFile = `apiVersion: v1
kind: Secret
metadata:
  name: linkerd-identity-issuer
  namespace: linkerd
  labels:
    linkerd.io/control-plane-ns: linkerd
  annotations:
    config.kubernetes.io/local-config: "true"
    l5d-pki-render/spki-sha256: "00"
type: kubernetes.io/tls
data:
  tls.crt: eA==
  tls.key: ENC[AES256_GCM,data:eA==,type:str]
sops:
  mac: ENC[x]
  mac_only_encrypted: true
`

// TestSOPSFields: what a key file has in clear beside what this tool writes would
// be applied with the key, and is refused.
func TestSOPSFields(t *testing.T) {
	secret := render.KeySecret{Labels: map[string]string{"linkerd.io/control-plane-ns": "linkerd"}, Public: map[string]string{"tls.crt": "x"}, KeyFields: []string{"tls.key"}}
	for name, c := range map[string]struct{ old, new, field string }{
		"as written":                    {"", "", ""},
		"copied to other namespaces":    {"  annotations:\n", "  annotations:\n    reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"\n", "metadata.annotations.reflector.v1.k8s.emberstack.com/reflection-allowed"},
		"run by kustomize":              {"  annotations:\n", "  annotations:\n    config.kubernetes.io/function: \"exec: {path: ./x}\"\n", "metadata.annotations.config.kubernetes.io/function"},
		"another certificate":           {"sops:\n", "stringData: {tls.crt: other}\nsops:\n", "stringData"},
		"never deleted":                 {"  labels:\n", "  finalizers: [example.com/x]\n  labels:\n", "metadata.finalizers"},
		"owned":                         {"  labels:\n", "  ownerReferences: []\n  labels:\n", "metadata.ownerReferences"},
		"never changed":                 {"sops:\n", "immutable: true\nsops:\n", "immutable"},
		"a label of another tool":       {"  labels:\n", "  labels:\n    example.com/copy: yes-please\n", "metadata.labels.example.com/copy"},
		"another value of a label":      {"control-plane-ns: linkerd", "control-plane-ns: other", "metadata.labels.linkerd.io/control-plane-ns"},
		"a field that nobody asked for": {"data:\n", "data:\n  extra: eA==\n", "data.extra"},
	} {
		file := []byte(strings.Replace(sealedFile, c.old, c.new, 1))
		_, err := sopsFacts(file)
		if err == nil {
			err = checkSOPSSecret(file, secret)
		}
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.field != "" && (err == nil || problem.Of(err)[0].Code != problem.CustodyExtraField.Code || !strings.Contains(err.Error(), c.field)):
			t.Errorf("%s: %v", name, err)
		}
	}
}
