package render_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// replaced is a stream with a text exchanged everywhere.
func replaced(stream []byte, pairs ...string) []byte {
	return []byte(strings.NewReplacer(pairs...).Replace(string(stream)))
}

// onlyNamespaced moves nothing but metadata.namespace, as a kustomization does
// that does not know a webhook's clientConfig.
func onlyNamespaced(stream []byte, from, to string) []byte {
	return regexp.MustCompile(`(?m)^  namespace: `+from+`$`).ReplaceAll(stream, []byte("  namespace: "+to))
}

// TestForeignMesh: what belongs to another mesh is refused whole, and both
// namespaces or trust domains are named.
func TestForeignMesh(t *testing.T) {
	for name, c := range map[string]struct {
		trait  string
		change func([]byte) []byte
		code   problem.Code
		names  []string
	}{
		"another namespace": {"control-plane-2-13", func(s []byte) []byte {
			return replaced(s, "namespace: linkerd\n", "namespace: linkerd-dev\n", "control-plane-ns: linkerd\n", "control-plane-ns: linkerd-dev\n")
		}, "render-other-namespace", []string{`"linkerd-dev"`, `"linkerd"`}},
		"metadata.namespace alone": {"control-plane-2-13", func(s []byte) []byte { return onlyNamespaced(s, "linkerd", "mesh") },
			"render-other-namespace", []string{`"mesh"`, `"linkerd"`}},
		"labels alone, objects without a namespace": {"control-plane-2-12", func(s []byte) []byte {
			s = regexp.MustCompile(`(?m)^  namespace: linkerd\n`).ReplaceAll(s, nil)
			return replaced(s, "control-plane-ns: linkerd\n", "control-plane-ns: other\n", "namespace: linkerd\n", "namespace: other\n")
		}, "render-other-namespace", []string{`"other"`, `"linkerd"`}},
		"2.10, bundles in environments": {"control-plane-2-10", func(s []byte) []byte { return onlyNamespaced(s, "linkerd", "old") },
			"render-other-namespace", []string{`"old"`, `"linkerd"`}},
		"viz elsewhere": {"viz", func(s []byte) []byte { return replaced(s, "namespace: linkerd-viz", "namespace: monitoring") },
			"render-other-namespace", []string{`"monitoring"`, `"linkerd-viz"`, "vizNamespace"}},
		"another trust domain": {"control-plane-2-13", func(s []byte) []byte {
			return replaced(s, "identityTrustDomain: cluster.local", "identityTrustDomain: prod.example")
		}, "render-other-trust-domain", []string{`"prod.example"`, `"cluster.local"`}},
		"another cluster domain, no trust domain": {"control-plane-2-13", func(s []byte) []byte {
			return replaced(s, "identityTrustDomain: cluster.local", `identityTrustDomain: ""`, "clusterDomain: cluster.local", "clusterDomain: k8s.example")
		}, "render-other-trust-domain", []string{`"k8s.example"`}},
	} {
		t.Run(name, func(t *testing.T) {
			in := fixture(t, c.trait)
			stream := c.change(in.Stream)
			if bytes.Equal(stream, in.Stream) {
				t.Fatal("the change changed nothing")
			}
			in.Stream = stream
			out, err := render.PostRender(in)
			if err == nil || len(out.Stream) > 0 {
				t.Fatalf("rendered %d bytes of another mesh", len(out.Stream))
			}
			wantCode(t, err, c.code)
			for _, word := range c.names {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q does not name %s", err, word)
				}
			}
		})
	}
}

// TestForeignProxy: a workload that was injected by hand for another mesh.
func TestForeignProxy(t *testing.T) {
	const workload = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  template:
    spec:
      %s:
      - name: linkerd-proxy
        env:
        - {name: _l5d_ns, value: NAMESPACE}
        - {name: _l5d_trustdomain, value: DOMAIN}
        - {name: LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS, value: "x"}
`
	for _, list := range []string{"containers", "initContainers"} {
		for _, c := range []struct {
			namespace, domain string
			code              problem.Code
		}{
			{"linkerd", "cluster.local", ""},
			{"linkerd-dev", "cluster.local", "render-other-namespace"},
			{"linkerd", "other.example", "render-other-trust-domain"},
		} {
			in := fixture(t, "control-plane-2-10")
			in.Stream = replaced([]byte(workload), "%s", list, "NAMESPACE", c.namespace, "DOMAIN", c.domain)
			_, err := render.PostRender(in)
			if c.code == "" && err != nil {
				t.Errorf("%s: the state's own mesh: %v", list, err)
			} else if c.code != "" {
				wantCode(t, err, c.code)
			}
		}
	}
}

// TestNamesakesElsewhere: names that anybody may use are no control plane.
func TestNamesakesElsewhere(t *testing.T) {
	in := fixture(t, "viz")
	in.Stream = append(in.Stream, "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: tap\n  namespace: brewery\nspec: {}\n"...)
	mustRender(t, in)
	in = fixture(t, "control-plane-2-13")
	in.Stream = append(in.Stream, "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: linkerd-identity-trust-roots\n  namespace: cert-manager\ndata: {}\n"...)
	mustRender(t, in)
}

// TestNoFixtureIsForeign: the check is silent on every fixture and real render.
func TestNoFixtureIsForeign(t *testing.T) {
	states, err := filepath.Glob("../../fixtures/*/state.yaml")
	if err != nil || len(states) < 10 {
		t.Fatalf("%d fixtures, %v", len(states), err)
	}
	for _, path := range states {
		trait := filepath.Base(filepath.Dir(path))
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "input.yaml")); errors.Is(err, os.ErrNotExist) {
			continue
		}
		_, err := render.PostRender(fixture(t, trait))
		for _, p := range problem.Of(err) {
			if strings.HasPrefix(string(p.Code), "render-other-") {
				t.Errorf("%s: %v", trait, p)
			}
		}
	}
}
