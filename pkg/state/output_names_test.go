package state

import (
	"strings"
	"testing"
)

// TestOutputNames: an object with values has no name of an object that Linkerd's charts or
// the cluster make.
func TestOutputNames(t *testing.T) {
	for name, bad := range map[string]bool{
		"linkerd-identity-trust-roots": true, "linkerd-identity-issuer": true, "linkerd-config": true, "linkerd-proxy-injector-k8s-tls": true,
		"tap-k8s-tls": true, "kube-root-ca.crt": true, "linkerd-trust-anchor": true, "istio-ca-root-cert": true,
		"aws-auth": true, "coredns": true, "cluster-info": true, "argocd-cm": true, "openshift-service-ca.crt": true, "kube-proxy": true,
		"linkerd-pki": false, "linkerd-config-values": false, "trust-roots": false, "argocd": false,
	} {
		for _, object := range []string{"ConfigMap", "Secret"} {
			output := "  outputs:\n  - {kind: helm-values, path: names.yaml, object: " + object + ", name: " + name + "}\n"
			if _, err := Parse("f", changed(t, "  outputs:\n", output)); (err != nil && strings.Contains(err.Error(), "is the name of an object that")) != bad {
				t.Errorf("%s %s: %v", object, name, err)
			}
		}
	}
}
