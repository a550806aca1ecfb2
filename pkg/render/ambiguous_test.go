package render_test

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

const foreign = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: other\n  namespace: linkerd\ndata:\n  a: b\n"

// trustRoots is the document of the trust roots in the fixture's stream, and the
// stream around it.
func trustRoots(t *testing.T, in render.Input) (before, document, after string) {
	t.Helper()
	text := string(in.Stream)
	name := strings.Index(text, "name: linkerd-identity-trust-roots")
	from := strings.LastIndex(text[:name], "---\n") + len("---\n")
	to := name + strings.Index(text[name:], "\n---\n") + 1
	return text[:from], text[from:to], text[to:]
}

// TestTwoReadings: kubectl and Helm take the last of two equal keys. A document
// that is ours under any reading is refused; one that is not passes as it is.
func TestTwoReadings(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	before, roots, after := trustRoots(t, in)
	inside := func(old, new string) string {
		t.Helper()
		if !strings.Contains(roots, old) {
			t.Fatalf("no %q in the trust roots", old)
		}
		return before + strings.Replace(roots, old, new, 1) + after
	}
	const data = "\ndata:\n"
	twice, glued := problem.KeyTwice.Code, problem.Unseparated.Code
	for name, c := range map[string]struct {
		stream string
		code   problem.Code
	}{
		"no separator, ours last":     {before + foreign + roots + after, twice},
		"no separator, ours first":    {before + roots + foreign + after, twice},
		"no separator, foreign names": {before + roots + "---\n" + foreign + foreign + after, ""},
		"data":                        {inside(data, data+"  x: y\ndata:\n"), twice},
		"quoted data":                 {inside(data, data+"  x: y\n\"data\":\n"), twice},
		"tagged data":                 {inside(data, data+"  x: y\n!!str data:\n"), twice},
		"escaped data":                {inside(data, data+"  x: y\n\"d\\x61ta\":\n"), twice},
		"an alias as key":             {inside(data, "\nx-key: &k data\ndata: {x: y}\n*k :\n"), twice},
		"complex key":                 {inside(data, "\n? data\n: {x: y}\ndata:\n"), twice},
		"a foreign key":               {inside(data, "\nimmutable: false\nimmutable: true\ndata:\n"), twice},
		"the bundle":                  {inside("  ca-bundle.crt:", "  ca-bundle.crt: x\n  ca-bundle.crt:"), twice},
		"a number and its text":       {inside(data, "\nx: {1: a, \"0x1\": b, 0x1: c}\ndata:\n"), twice},
		"merge key after the key":     {inside(data, "\nx-base: &b {immutable: true}\nimmutable: true\n<<: *b\ndata:\n"), twice},
		"key after the merge key":     {inside(data, "\nx-base: &b {immutable: false}\n<<: *b\nimmutable: false\ndata:\n"), ""},
		"merged kind":                 {inside("kind: ConfigMap\n", "x-base: &b {kind: Secret}\nkind: ConfigMap\n<<: *b\n"), twice},
		"metadata in a list item":     {before + "apiVersion: v1\nkind: List\nitems:\n- kind: ConfigMap\n  metadata: {name: other}\n  metadata: {name: linkerd-identity-trust-roots, namespace: linkerd}\n---\n" + roots + after, twice},
		"items":                       {before + "apiVersion: v1\nkind: List\nitems: []\nitems:\n- {kind: ConfigMap, metadata: {name: linkerd-config, namespace: linkerd}}\n---\n" + roots + after, twice},
		"JSON":                        {before + `{"kind": "Foo", "apiVersion": "v1", "metadata": {"name": "linkerd-config", "namespace": "linkerd"}, "kind": "ConfigMap"}` + "\n---\n" + roots + after, twice},
		"JSON, another object":        {before + `{"kind": "Foo", "apiVersion": "v1", "metadata": {"name": "linkerd-config"}, "kind": "Bar"}` + "\n---\n" + roots + after, ""},
		"after three dots":            {before + foreign + "...\n" + roots + after, glued},
		"dots and dashes":             {before + foreign + "...\n---\n" + roots + after, ""},
		"dashes and a key":            {before + foreign + "---x: y\nz: linkerd-identity-trust-roots\n---\n" + roots + after, glued},
		"dashes and a foreign key":    {before + foreign + "---x: y\n---\n" + roots + after, ""},
		"a flow mapping at the dashes": {
			strings.TrimSuffix(before, "---\n") + "--- {kind: Foo, kind: ConfigMap, apiVersion: v1, metadata: {name: linkerd-config, namespace: linkerd}}\n---\n" + roots + after, twice},
		"values of linkerd-config": {strings.Replace(string(in.Stream), "    identityTrustDomain:", "    identityTrustAnchorsPEM: x\n    identityTrustDomain:", 1), twice},
	} {
		one := in
		one.Stream = []byte(c.stream)
		out, err := render.PostRender(one)
		if c.code == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if problems := problem.Of(err); err == nil || problems[0].Code != c.code {
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		} else if out.Stream != nil {
			t.Errorf("%s: an output beside the error", name)
		}
	}
}

// TestMergeKeys: what a merge key brings is read, and is not edited.
func TestMergeKeys(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	before, roots, after := trustRoots(t, in)
	merged := strings.Replace(roots, "\ndata:\n", "\nx-base: &base\n data:\n", 1)
	in.Stream = []byte(before + merged + "<<: *base\n" + after)
	_, err := render.PostRender(in)
	wantCode(t, err, problem.MergedKey.Code)

	s := afterWave(t)
	text := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: shop}\nspec:\n  template:\n    metadata:\n      <<: &m {annotations: {linkerd.io/inject: enabled}}\n    spec: {containers: []}\n"
	_, err = render.StampWorkloads(render.WorkloadsInput{State: s, Files: files(text)})
	wantCode(t, err, problem.MergedKey.Code)
}

// TestDoubledWorkload: the second template is the one that Kubernetes runs.
func TestDoubledWorkload(t *testing.T) {
	s := afterWave(t)
	plain := "spec:\n  template:\n    spec: {containers: []}\n"
	text := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: shop}\n" + plain +
		"spec:\n  template:\n    metadata: {annotations: {linkerd.io/inject: enabled}}\n    spec: {containers: []}\n"
	for name, text := range map[string]string{
		"spec":        text,
		"glued":       "apiVersion: v1\nkind: Service\nmetadata: {name: w, namespace: shop}\n" + text,
		"binary kind": strings.Replace(text, "kind: Deployment", "kind: Foo\n!!binary a2luZA==: !!binary RGVwbG95bWVudA==", 1),
		"annotations": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: shop}\nspec: {template: {metadata: {annotations: {linkerd.io/inject: enabled}, annotations: {}}}}\n",
	} {
		_, err := render.StampWorkloads(render.WorkloadsInput{State: s, Files: files(text)})
		if problems := problem.Of(err); err == nil || problems[0].Code != problem.KeyTwice.Code {
			t.Errorf("%s: %v", name, err)
		}
	}
}
