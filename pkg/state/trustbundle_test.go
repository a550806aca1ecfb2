package state

import (
	"strings"
	"testing"
)

// TestTrustBundles: what is accepted, and what each of the others is refused for.
func TestTrustBundles(t *testing.T) {
	for bundles, refusal := range map[string]string{
		"[{kind: ClusterTrustBundle}, {kind: Bundle}]":                                         "",
		"[{kind: ClusterTrustBundle, version: v1beta1, name: linkerd-identity-trust-roots}]":   "",
		"[{kind: Bundle, name: a.b}, {kind: ClusterBundle}]":                                   "",
		"[{kind: clusterbundle}]":                                                              `"clusterbundle" is not one of`,
		"[{kind: Bundle, name: A}]":                                                            "spec.trustBundles[0].name",
		"[{kind: ClusterTrustBundle, name: 'example.com:a'}]":                                  "spec.trustBundles[0].name",
		"[{kind: Bundle}, {kind: ClusterBundle}]":                                              "is listed already",
		"[{kind: ClusterTrustBundle}, {kind: ClusterTrustBundle, name: linkerd-trust-bundle}]": "is listed already",
		"[{kind: Bundle, version: v1}]":                                                        "has no version to choose",
		"[{kind: ClusterTrustBundle, version: v2}]":                                            "spec.trustBundles[0].version",
		"[{kind: ClusterBundle, name: linkerd-identity-trust-roots}]":                          "is the name of an object that",
		"[{kind: Bundle, name: linkerd-config}]":                                               "is the name of an object that", "[{kind: Bundle, name: linkerd-identity-issuer}]": "is the name of an object that",
		"[{kind: Bundle, name: linkerd-sp-validator-k8s-tls}]": "is the name of an object that", "[{kind: ClusterBundle, name: kube-root-ca.crt}]": "is the name of an object that",
		"[{kind: Bundle, name: linkerd-config-of-mine}, {kind: ClusterTrustBundle, name: linkerd-config}]": "",
		"[{kind: Bundle, name: aws-auth}]": "is the name of an object that", "[{kind: ClusterBundle, name: coredns}]": "is the name of an object that",
		"[{kind: Bundle, signerName: x}]": "signerName",
		"[{name: x}]":                     "kind",
	} {
		_, err := Parse("f", changed(t, "  outputs:\n", "  trustBundles: "+bundles+"\n  outputs:\n"))
		switch {
		case refusal == "" && err != nil:
			t.Errorf("%s: %v", bundles, err)
		case refusal != "" && (err == nil || !strings.Contains(err.Error(), refusal)):
			t.Errorf("%s: %v, want %q", bundles, err, refusal)
		}
	}
}
