package render_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// TestSecretInList: in a list of any form a custody has no place for its object: the
// Secret is named, and nothing is written. With its key the Secret is edited there,
// and as a document of its own it gives way.
func TestSecretInList(t *testing.T) {
	in := fixture(t, "unpinned")
	keys := in.Keys
	var issuer string
	var rest []string
	for _, d := range manifest.Split(in.Stream) {
		if head, _ := d.Head(); head.Kind == "Secret" && head.Name == "linkerd-identity-issuer" {
			for line := range strings.Lines(string(d.Text)) {
				if line[0] != '#' && line[0] != '-' { // its separator, and where Helm has it from
					issuer += line
				}
			}
		} else {
			rest = append(rest, string(d.Text))
		}
	}
	if issuer == "" {
		t.Fatal("the fixture has no issuer")
	}
	items := "items:\n- " + strings.ReplaceAll(strings.TrimSpace(issuer), "\n", "\n  ") + "\n"
	asJSON := func(text string) string {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return string(out) + "\n"
	}
	list := "apiVersion: v1\nkind: List\n" + items
	for name, document := range map[string]string{
		"List":           list,
		"List as JSON":   asJSON(list),
		"items first":    items + "apiVersion: v1\nkind: List\n",
		"another kind":   "apiVersion: example.org/v1\nkind: Things\n" + items,
		"SecretList":     "apiVersion: v1\nkind: SecretList\n" + items,
		"list in a list": "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSpace(list), "\n", "\n  ") + "\n",
	} {
		in.Stream = []byte(strings.Join(rest, "") + "---\n" + document)
		in.Keys, in.Apart = nil, nil
		in.Apart = sealedAs(t, in, "x")
		out, err := render.PostRender(in)
		if err == nil || len(out.Stream) > 0 {
			t.Errorf("%s: not refused", name)
			continue
		}
		wantCode(t, err, problem.RenderSecretInList.Code)
		if !strings.Contains(err.Error(), "Secret linkerd/linkerd-identity-issuer") {
			t.Errorf("%s: %v", name, err)
		}
		in.Keys, in.Apart = keys, nil
		if _, err := render.PostRender(in); err != nil {
			t.Errorf("%s, with its key: %v", name, err)
		}
	}
	in.Stream, in.Keys = []byte(strings.Join(rest, "")+"---\n"+issuer), nil
	in.Apart = sealedAs(t, in, "x")
	if _, err := render.PostRender(in); err != nil {
		t.Errorf("a document of its own: %v", err)
	}
}
