package render_test

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// TestAnchorNames: where YAML 1.2 has an alias of a longer name, the readers of Kubernetes have a key and a
// value, by which an object is one of ours, or a field of it another one.
func TestAnchorNames(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	whole := string(in.Stream)
	const own = "apiVersion: v1\nkind: ConfigMap\ndata:\n  ca-bundle.crt: other\n  a: &K:linkerd-identity-trust-roots q\n  b: &K name\n" +
		"metadata: {*K:linkerd-identity-trust-roots, namespace: linkerd}\n"
	var object struct{ Metadata struct{ Name string } }
	if err := yaml.Unmarshal([]byte(own), &object); err != nil || object.Metadata.Name != "linkerd-identity-trust-roots" {
		t.Fatalf("no object of ours for its readers: %+v, %v", object, err)
	}
	const flows = "apiVersion: v1\nkind: ConfigMap\ndata: {ca-bundle.crt: other}\nmetadata: "
	for _, metadata := range []string{"{?name: linkerd-identity-trust-roots, namespace: linkerd}", "{? name: linkerd-identity-trust-roots}",
		"{name: !, linkerd-identity-trust-roots, namespace: linkerd}", "{name: !x, linkerd-identity-trust-roots}", "{name: !x] linkerd-identity-trust-roots}"} {
		for _, stream := range []string{flows + metadata + "\n---\n" + whole, flows + metadata + "\nkind: ConfigMap\n---\n" + whole} {
			in.Stream = []byte(stream)
			if _, err := render.PostRender(in); err == nil {
				t.Errorf("%s passes", metadata)
			}
		}
	}
	item := "- " + strings.ReplaceAll(strings.TrimSuffix(own, "\n"), "\n", "\n  ") + "\n"
	for name, stream := range map[string]string{
		"before":    own + "---\n" + whole,
		"behind":    whole + "---\n" + own,
		"in a list": whole + "---\napiVersion: v1\nkind: List\nitems:\n" + item,
		"a field": strings.Replace(whole, "  name: linkerd-identity-trust-roots\n",
			"  name: linkerd-identity-trust-roots\n  annotations:\n    a: &K:other q\n    b: &K ca-bundle.crt\n  labels: {*K:other}\n", 1),
	} {
		in.Stream = []byte(stream)
		_, err := render.PostRender(in)
		if err == nil {
			t.Errorf("%s: passes", name)
			continue
		}
		wantCode(t, err, problem.ReadOtherwise.Code)
	}
}
