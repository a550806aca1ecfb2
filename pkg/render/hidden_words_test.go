package render_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// stampedState is a state whose wave has a stamp.
func stampedState(t *testing.T) *state.Rotation {
	t.Helper()
	text, err := os.ReadFile("../../fixtures/control-plane-2-13/state.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse("state.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	s.Status.Stamp = "2026-1"
	return s
}

// TestHiddenWords: a workload is found however YAML writes its kind, the
// annotation or the namespace's kind, and as an item of a typed list.
func TestHiddenWords(t *testing.T) {
	rest := `"metadata": {"name": "cart", "namespace": "shop"}, "spec": {"template": {"metadata": {"annotations": {"linkerd.io/inject": "enabled"}}, "spec": {"containers": []}}}`
	plain := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: shop}\nspec:\n  template:\n    metadata:\n      annotations:\n        \"linkerd.io\\x2finject\": enabled\n    spec: {containers: []}\n"
	namespaced := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: shop}\nspec:\n  template:\n    metadata: {labels: {app: cart}}\n    spec: {containers: []}\n"
	for what, text := range map[string]string{
		"JSON escape":        `{"apiVersion": "apps/v1", "kind": "\u0044eployment", ` + rest + "}\n",
		"YAML escape":        `{"apiVersion": "apps/v1", "kind": "\x44eployment", ` + rest + "}\n",
		"wide escape":        `{"apiVersion": "apps/v1", "kind": "\U00000044eployment", ` + rest + "}\n",
		"escaped key":        `{"apiVersion": "apps/v1", "\u006bind": "\u0044eployment", ` + rest + "}\n",
		"folded":             "{\"apiVersion\": \"apps/v1\", \"kind\": \"Deploy\\\n  ment\", " + rest + "}\n",
		"binary":             `{"apiVersion": "apps/v1", "kind": !!binary RGVwbG95bWVudA==, ` + rest + "}\n",
		"escaped annotation": plain,
		"typed list":         `{"apiVersion": "apps/v1", "kind": "DeploymentList", "items": [{` + rest + "}]}\n",
		"escaped namespace":  `{"apiVersion": "v1", "kind": "\u004eamespace", "metadata": {"name": "shop", "annotations": {"linkerd.io/inject": "enabled"}}}` + "\n---\n" + namespaced,
		"namespace list":     `{"apiVersion": "v1", "kind": "NamespaceList", "items": [{"metadata": {"name": "shop", "annotations": {"linkerd.io/inject": "enabled"}}}]}` + "\n---\n" + namespaced,
		"kind of namespaces": `{"apiVersion": "v1", "kind": "Namespace", "items": [{"metadata": {"name": "shop", "annotations": {"linkerd.io/inject": "enabled"}}}]}` + "\n---\n" + namespaced,
	} {
		out, err := render.StampWorkloads(render.WorkloadsInput{State: stampedState(t), Files: []render.WorkloadFile{{Name: "a.yaml", Text: []byte(text)}}})
		if what == "binary" {
			if err == nil {
				t.Error("binary: a kind that readers differ on is not refused")
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if !bytes.Contains(out.Files[0].Text, []byte("2026-1")) {
			t.Errorf("%s: no stamp in %s (%+v)", what, out.Files[0].Text, out.Report)
		}
	}
}
