package krm

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestNoKeyOutsideOfSecrets: Secrets that the kustomization brings along stay; a
// key in another object, or in one that readers differ in, is refused, and so are
// stale trust roots in such an object.
func TestNoKeyOutsideOfSecrets(t *testing.T) {
	config := read(t, "rotation", "bundle", "stable.yaml")
	stream := read(t, "rotation", "golden", "bundle-stable.yaml")
	plain := objects(t, stream, false)
	var secret string
	for _, o := range objects(t, stream, true) {
		if text := string(o); strings.Contains(text, "\n  name: linkerd-identity-issuer\n") && strings.Contains(text, "kind: Secret\n") {
			secret = strings.Replace(text, "name: linkerd-identity-issuer", "name: other", 1)
		}
	}
	if secret == "" {
		t.Fatal("no issuer")
	}
	other := "kind: Foo\napiVersion: v1\nmetadata:\n  name: a\n"
	stale := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: linkerd-identity-trust-roots\n  namespace: linkerd\ndata:\n  ca-bundle.crt: x\n"
	nested := func(item string) string {
		return other + "items:\n- " + strings.ReplaceAll(strings.TrimSpace(item), "\n", "\n  ") + "\n"
	}
	for name, c := range map[string]struct {
		item string
		code problem.Code // "": accepted
	}{
		"a foreign object":        {other, ""},
		"a foreign Secret":        {secret, ""},
		"a ConfigMap":             {strings.Replace(secret, "kind: Secret", "kind: ConfigMap", 1), problem.RenderKeyLeft.Code},
		"a binary kind":           {strings.Replace(secret, "kind: Secret", "kind: !!binary U2VjcmV0", 1), problem.RenderKeyLeft.Code},
		"items":                   {nested(secret), problem.RenderKeyLeft.Code},
		"trust roots in items":    {nested(stale), problem.RenderDoubledTarget.Code},
		"trust roots of binaries": {strings.Replace(stale, "kind: ConfigMap", "kind: !!binary Q29uZmlnTWFw", 1), problem.BinaryText.Code},
		"a mark":                  {"apiVersion: v1\n\ufeffkind: Foo\n", problem.MarkInside.Code},
	} {
		out, err := Run(listOf(append(plain[:len(plain):len(plain)], []byte(c.item)), config))
		problems := problem.Of(err)
		switch {
		case c.code == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.code != "" && (len(problems) == 0 || problems[0].Code != c.code):
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		case c.code == "" && !strings.Contains(string(out.List), "name: other") && name == "a foreign Secret":
			t.Errorf("%s: is gone", name)
		}
	}
}
