package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestNoKeyWithSecretsApart: however the Secret is written, its key does not come
// out: the Secret is left out, or the stream is refused.
func TestNoKeyWithSecretsApart(t *testing.T) {
	state := filepath.Join("..", "..", "fixtures", "control-plane-2-13", "state.yaml")
	docs := strings.Split(readFixture(t, "control-plane-2-13", "input.yaml"), "\n---\n")
	issuer := slices.IndexFunc(docs, func(d string) bool {
		return strings.Contains(d, "\n  name: linkerd-identity-issuer\n") && strings.Contains(d, "kind: Secret\n")
	})
	if issuer < 0 {
		t.Fatal("no issuer")
	}
	var lines []string
	for line := range strings.Lines(docs[issuer]) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	issuerSecret := strings.Join(lines, "")
	replaced := func(old, new string) string { return strings.Replace(issuerSecret, old, new, 1) }
	for name, c := range map[string]struct {
		document string
		says     *problem.Sentence // nil: left out
	}{
		"as Helm writes it": {docs[issuer], nil},
		"mark":              {"\ufeff" + issuerSecret, nil},
		"mark inside":       {"# c\n\ufeff" + issuerSecret, &problem.MarkInside},
		"binary kind":       {replaced("kind: Secret", "kind: !!binary U2VjcmV0"), &problem.BinaryText},
		"items":             {"apiVersion: v1\nkind: Foo\nitems:\n- " + strings.ReplaceAll(issuerSecret, "\n", "\n  "), &problem.RenderSecretInList},
		"items, another":    {"apiVersion: v1\nkind: Foo\nitems:\n- " + strings.ReplaceAll(replaced("name: linkerd-identity-issuer", "name: other"), "\n", "\n  "), &problem.RenderKeyLeft},
		"another name":      {replaced("name: linkerd-identity-issuer", "name: other"), &problem.RenderKeyLeft},
		"another namespace": {replaced("namespace: linkerd", "namespace: other"), &problem.RenderOtherNamespace},
		"another kind":      {replaced("kind: Secret", "kind: ConfigMap"), &problem.RenderKeyLeft},
		"another spelling":  {replaced("kind: Secret", "kind: secret"), &problem.RenderKeyLeft},
		"text of a field":   {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: backup}\ndata:\n  x: |\n    " + strings.ReplaceAll(issuerSecret, "\n", "\n    "), &problem.RenderKeyLeft},
	} {
		stream := slices.Clone(docs)
		stream[issuer] = c.document
		r := call(t, strings.Join(stream, "\n---\n"), nil, "post-render", "--secrets-apart", "-s", state)
		if c.says != nil {
			refusedWith(t, name, r, *c.says)
		} else if done(t, r); len(secret.Find([]byte(r.out))) > 0 || !strings.Contains(r.stderr, "Secret linkerd/linkerd-identity-issuer") {
			t.Errorf("%s: %s", name, r.stderr)
		}
	}
}
