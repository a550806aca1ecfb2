package client

import (
	"fmt"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// TestRefused: what one resource is refused for, or fails at, is a gap that is named;
// the rest is read.
func TestRefused(t *testing.T) {
	for part, want := range map[string]string{
		"configmaps/linkerd-identity-trust-roots": "the trust roots: ",
		"configmaps/linkerd-config":               "the values of the control plane: ",
		"/api/v1/namespaces/linkerd/pods":         "the control plane's pods: ",
		"9990/proxy/metrics":                      "the issuer of identity replica i-0: ",
		"/api/v1/pods":                            "the pods: ",
		"mutatingwebhookconfigurations":           "the CA bundle of webhook proxyInjector: ",
		"validatingwebhookconfigurations":         "the CA bundle of webhook policyValidator: ",
		"apiservices":                             "the CA bundle of webhook tap: ",
		"externalworkloads":                       "the external workloads: ",
	} {
		for _, code := range []int{403, 500} {
			c := &cluster{t: t, refused: map[string]int{part: code}, often: -1}
			o, answer, err := c.observe("linkerd")
			if err != nil {
				t.Errorf("%s: %v", part, err)
				continue
			}
			gaps := fmt.Sprint(answer.Gaps)
			if !strings.Contains(gaps, want+fmt.Sprintf("the API server answers %d", code)) {
				t.Errorf("%s: %d is not named: %s", part, code, gaps)
			}
			_, pods := o.Pods(rotation.GroupProxies)
			if roots := o.ControlPlane.TrustRoots != nil; roots == strings.Contains(part, "trust-roots") || pods == strings.Contains(part, "/pods") {
				t.Errorf("%s: roots %t, pods %t", part, roots, pods)
			}
		}
	}
}

// TestMeshAndEvents: further control planes and what identity refused are read.
func TestMeshAndEvents(t *testing.T) {
	c := &cluster{t: t}
	o, answer, err := c.observe("linkerd")
	if err != nil || o.Mesh.Namespace != "linkerd" || fmt.Sprint(o.Mesh.OtherControlPlanes) != "[two]" {
		t.Errorf("%v: %+v", err, o.Mesh)
	}
	if gaps := fmt.Sprint(answer.Gaps); !strings.Contains(gaps, "event IssuerUpdateSkipped at 2026-01-01T00:00:00Z") {
		t.Error(gaps)
	}
}

// TestAskedAgain: a server that is busy is asked again after the time that it names.
func TestAskedAgain(t *testing.T) {
	for part, code := range map[string]int{"/api/v1/pods": 429, "configmaps/linkerd-config": 503, "9990/proxy/metrics": 429} {
		c := &cluster{t: t, refused: map[string]int{part: code}, often: 1}
		_, answer, err := c.observe("linkerd")
		if gaps := fmt.Sprint(answer.Gaps); err != nil || strings.Contains(gaps, "refused for the test") {
			t.Errorf("%s: %v %s", part, err, gaps)
		}
	}
}
