package values_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/adopt/values"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

const (
	application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: mesh}\nspec:\n  destination: {namespace: l5d}\n  source:\n    chart: linkerd-control-plane\n    targetRevision: 1.16.11\n    helm:\n"
	helmRelease = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: mesh, namespace: l5d}\nspec:\n  chart: {spec: {chart: linkerd-control-plane, version: 1.16.11}}\n"
)

// TestOf: the values of each host in its order of precedence, read as a chart gets
// them: roots is identityTrustAnchorsPEM, domain identityTrustDomain.
func TestOf(t *testing.T) {
	for name, c := range map[string]struct {
		text, object, roots, domain, elsewhere string
		release, namespace                     string
	}{
		"Application, a string": {text: application + "      values: |\n        identityTrustAnchorsPEM: A\n", object: "Application/mesh", roots: "A", release: "2.14", namespace: "l5d"},
		"Application, valuesObject before values, parameters before both": {
			text:   application + "      values: |\n        identityTrustAnchorsPEM: A\n        identityTrustDomain: a\n      valuesObject: {identityTrustAnchorsPEM: B, identityTrustDomain: b}\n      parameters: [{name: identityTrustDomain, value: c}]\n",
			object: "Application/mesh", roots: "B", domain: "c", release: "2.14", namespace: "l5d"},
		"Application, files of others": {
			text:   application + "      valueFiles: [$v/x.yaml]\n      fileParameters: [{name: identityTrustAnchorsPEM, path: ca.crt}]\n",
			object: "Application/mesh", elsewhere: "$v/x.yaml, ca.crt (identityTrustAnchorsPEM)", release: "2.14", namespace: "l5d"},
		"Application, a template for values": {text: application + "      values: '{{ .values }}'\n", object: "Application/mesh", elsewhere: "helm.values (a template)", release: "2.14", namespace: "l5d"},
		"ApplicationSet, one of its sources": {
			text:   "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\nspec:\n  template:\n    spec:\n      destination: {namespace: '{{ns}}'}\n      sources:\n      - {chart: linkerd-crds, targetRevision: 1.8.0, helm: {}}\n      - {chart: linkerd-control-plane, targetRevision: 2025.4.4, helm: {valuesObject: {identityTrustAnchorsPEM: A, identityTrustDomain: '{{td}}'}}}\n",
			object: "ApplicationSet/all", roots: "A", release: "edge-25.4.4"},
		"HelmRelease": {text: helmRelease + "  values: {identityTrustAnchorsPEM: A}\n", object: "HelmRelease/mesh", roots: "A", release: "2.14", namespace: "l5d"},
		"HelmRelease, its ConfigMap and Secret in the file": {
			text: helmRelease + "  valuesFrom: [{kind: ConfigMap, name: c}, {kind: Secret, name: s, valuesKey: ca, targetPath: identityTrustAnchorsPEM}]\n  values: {identityTrustDomain: b, identityTrustAnchorsPEM: lost}\n" +
				"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {values.yaml: 'identityTrustDomain: a'}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {ca: QQ==}\n",
			object: "HelmRelease/mesh", roots: "A", domain: "b", release: "2.14", namespace: "l5d"},
		"HelmRelease, its Secret elsewhere": {text: helmRelease + "  valuesFrom: [{kind: Secret, name: s}]\n", object: "HelmRelease/mesh", elsewhere: "Secret/s values.yaml", release: "2.14", namespace: "l5d"},
		"HelmRelease in a List":             {text: "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSpace(helmRelease), "\n", "\n  ") + "\n    values: {identityTrustAnchorsPEM: A}\n", object: "HelmRelease/mesh", roots: "A", release: "2.14", namespace: "l5d"},
		"HelmRelease beside another chart's": {
			text:   helmRelease + "  values: {identityTrustAnchorsPEM: A}\n---\n" + strings.Replace(helmRelease, "linkerd-control-plane", "podinfo", 1),
			object: "HelmRelease/mesh", roots: "A", release: "2.14", namespace: "l5d"},
		"HelmChart": {
			text:   "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: mesh}\nspec:\n  chart: linkerd/linkerd-control-plane\n  version: 1.12.0\n  targetNamespace: l5d\n  set: {identityTrustDomain: b}\n  valuesContent: |\n    identityTrustAnchorsPEM: A\n    identityTrustDomain: a\n",
			object: "HelmChart/mesh", roots: "A", domain: "b", release: "2.13", namespace: "l5d"},
		"helmfile":         {text: "releases:\n- {name: mesh, namespace: l5d, chart: linkerd/linkerd-control-plane, version: 1.9.1, values: [more.yaml, {identityTrustAnchorsPEM: A}], set: [{name: identityTrustDomain, value: b}]}\n", object: "release mesh", roots: "A", domain: "b", elsewhere: "more.yaml", release: "2.12", namespace: "l5d"},
		"kustomize":        {text: "helmCharts:\n- {name: linkerd-control-plane, version: 1.16.11, namespace: l5d, valuesInline: {identityTrustAnchorsPEM: A}}\n", object: "chart linkerd-control-plane", roots: "A", release: "2.14", namespace: "l5d"},
		"a ConfigMap":      {text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {values.yaml: 'identityTrustAnchorsPEM: A'}\n", object: "ConfigMap/c values.yaml", roots: "A"},
		"a Secret":         {text: "apiVersion: v1\nkind: Secret\nmetadata: {name: c}\nstringData: {values.yaml: 'identityTrustAnchorsPEM: A'}\n", object: "Secret/c values.yaml", roots: "A"},
		"values":           {text: "identityTrustAnchorsPEM: A\n"},
		"another object":   {text: "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"},
		"no YAML":          {text: "a: {\n"},
		"nothing":          {text: ""},
		"values with null": {text: application + "      values: |\n        identityTrustAnchorsPEM: A\n        identityTrustDomain: null\n", object: "Application/mesh", roots: "A", release: "2.14", namespace: "l5d"},
	} {
		f, found, err := values.Of([]byte(c.text))
		if err != nil || found != (c.object != "") {
			t.Errorf("%s: found %t, %v", name, found, err)
			continue
		}
		var got struct {
			Roots  string `json:"identityTrustAnchorsPEM"`
			Domain string `json:"identityTrustDomain"`
		}
		if found {
			if err := json.Unmarshal(f.Data, &got); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		have := []string{f.Object, got.Roots, got.Domain, strings.Join(f.Elsewhere, ", "), f.Release, f.Namespace}
		if want := []string{c.object, c.roots, c.domain, c.elsewhere, c.release, c.namespace}; !slices.Equal(have, want) {
			t.Errorf("%s: %q, want %q", name, have, want)
		}
	}
}

// TestTwoControlPlanes: nothing is chosen between two.
func TestTwoControlPlanes(t *testing.T) {
	_, _, err := values.Of([]byte(helmRelease + "---\n" + application))
	var p *problem.Problem
	if !errors.As(err, &p) || p.Code != problem.AdoptTwoValues.Code || !strings.Contains(p.Text, "HelmRelease/mesh, Application/mesh") {
		t.Errorf("%v", err)
	}
}

// TestNames: names of parameters as Helm's --set reads them.
func TestNames(t *testing.T) {
	f, _, err := values.Of([]byte(application + `      parameters: [{name: 'podAnnotations.linkerd\.io/inject', value: a}, {name: identity.externalCA, value: "true"}, {name: identity, value: b}, {name: identity.issuer.scheme, value: c}]` + "\n"))
	if want := `{"identity":{"issuer":{"scheme":"c"}},"podAnnotations":{"linkerd.io/inject":"a"}}`; err != nil || string(f.Data) != want {
		t.Errorf("%s (%v), want %s", f.Data, err, want)
	}
}

// TestUnknownKindsAmongOthers: an object of a kind without a reader is found among other
// documents by the values that it holds.
func TestUnknownKindsAmongOthers(t *testing.T) {
	const release = "apiVersion: helm.crossplane.io/v1beta1\nkind: Release\nmetadata: {name: l}\nspec: {forProvider: {values: {identityTrustAnchorsPEM: text}}}\n"
	for name, text := range map[string]string{
		"a namespace before": "apiVersion: v1\nkind: Namespace\nmetadata: {name: linkerd}\n---\n" + release,
		"in a List":          "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Namespace}\n- {apiVersion: helm.crossplane.io/v1beta1, kind: Release, spec: {identityTrustAnchorsPEM: text}}\n",
	} {
		f, isObject, err := values.Of([]byte(text))
		if err != nil || !isObject || !strings.Contains(string(f.Data), "identityTrustAnchorsPEM") {
			t.Errorf("%s: %v %v %s", name, isObject, err, f.Data)
		}
	}
	if _, isObject, _ := values.Of([]byte("a: {identityTrustAnchorsPEM: text}\n")); isObject {
		t.Error("a file of values is taken for an object")
	}
}
