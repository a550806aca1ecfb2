package survey

import (
	"encoding/base64"
	"strconv"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// spellings are a certificate as carriers write it.
func spellings(t testing.TB, name string) (text, quoted, coded string, indented func(string) string) {
	text = read(t, "pki/"+name)
	indented = func(by string) string {
		return by + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+by) + "\n"
	}
	return text, strconv.Quote(text), base64.StdEncoding.EncodeToString([]byte(text)), indented
}

// errorsOf are the codes of errors in a tree, by file.
func errorsOf(t *testing.T, files tree) map[string][]problem.Code {
	t.Helper()
	found := map[string][]problem.Code{}
	for _, f := range look(t, files, false).Findings {
		if f.Severity == pki.Error {
			found[f.File] = append(found[f.File], f.Code)
		}
	}
	return found
}

// carrier is a tree, and the file of it that has a bundle.
type carrier struct {
	file  string
	files tree
}

// carriers write one bundle in every way.
func carriers(t testing.TB, name string) map[string]carrier {
	text, quoted, coded, indented := spellings(t, name)
	const release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: l}\nspec:\n  valuesFrom: [{kind: Secret, name: a, valuesKey: ca, targetPath: linkerd.identityTrustAnchorsPEM}]\n"
	roots := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: linkerd-identity-trust-roots}\n"
	return map[string]carrier{
		"Secret, stringData":            {"a.yaml", tree{"a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: v}\nstringData: {values.yaml: " + strconv.Quote("identityTrustAnchorsPEM: "+quoted) + "}\n"}},
		"Secret, data":                  {"a.yaml", tree{"a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: v}\ndata: {x: " + base64.StdEncoding.EncodeToString([]byte("mesh: {identityTrustAnchorsPEM: "+quoted+"}")) + "}\n"}},
		"valuesFrom, a Secret's data":   {"a.yaml", tree{"a.yaml": release, "b.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {ca: " + coded + "}\n"}},
		"valuesFrom, generated":         {"a.yaml", tree{"a.yaml": release, "kustomization.yaml": "secretGenerator:\n- {name: a, files: [ca=old.crt]}\n", "old.crt": text}},
		"HelmChartConfig":               {"a.yaml", tree{"a.yaml": "apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nmetadata: {name: l}\nspec:\n  valuesContent: |-\n    identityTrustAnchorsPEM: |\n" + indented("      ")}},
		"HelmChart, set":                {"a.yaml", tree{"a.yaml": "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: l}\nspec:\n  chart: linkerd-control-plane\n  set: {identityTrustAnchorsPEM: " + quoted + "}\n"}},
		"HelmChart in JSON":             {"a.json", tree{"a.json": `{"apiVersion":"helm.cattle.io/v1","kind":"HelmChart","metadata":{"name":"l"},"spec":{"set":{"identityTrustAnchorsPEM":` + quoted + `}}}`}},
		"helmfile, set":                 {"helmfile.yaml", tree{"helmfile.yaml": "releases:\n- chart: linkerd/linkerd-control-plane\n  set: [{name: identityTrustAnchorsPEM, value: " + quoted + "}]\n"}},
		"helmfile with templates":       {"helmfile.yaml", tree{"helmfile.yaml": "releases:\n- chart: linkerd/linkerd-control-plane\n  version: {{ .Values.version }}\n  values:\n  - identityTrustAnchorsPEM: |\n" + indented("      ") + "{{ if true }}\n- chart: x\n{{ end }}\n"}},
		"helmfile.yaml.gotmpl":          {"helmfile.yaml.gotmpl", tree{"helmfile.yaml.gotmpl": "releases:\n- chart: linkerd/linkerd-control-plane\n  values: [{identityTrustAnchorsPEM: " + quoted + "}]\n"}},
		"Buoyant's ControlPlane":        {"a.yaml", tree{"a.yaml": "apiVersion: linkerd.buoyant.io/v1beta1\nkind: ControlPlane\nmetadata: {name: l}\nspec: {components: {linkerd: {controlPlaneConfig: {identityTrustAnchorsPEM: " + quoted + "}}}}\n"}},
		"ControlPlane in a List":        {"a.yaml", tree{"a.yaml": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: linkerd.buoyant.io/v1alpha1, kind: ControlPlane, metadata: {name: l}, spec: {identityTrustAnchorsPEM: " + quoted + "}}\n"}},
		"Fleet":                         {"fleet.yaml", tree{"fleet.yaml": "helm: {chart: linkerd-control-plane, values: {identityTrustAnchorsPEM: " + quoted + "}}\n"}},
		"an Application's plugin":       {"a.yaml", tree{"a.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: l}\nspec: {source: {plugin: {env: [{name: HELM_VALUES, value: " + strconv.Quote("identityTrustAnchorsPEM: "+quoted) + "}]}}}\n"}},
		"roots in binaryData":           {"a.yaml", tree{"a.yaml": roots + "binaryData: {ca-bundle.crt: " + coded + "}\n"}},
		"roots in JSON":                 {"a.json", tree{"a.json": `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"linkerd-identity-trust-roots"},"data":{"ca-bundle.crt":` + quoted + `}}`}},
		"roots from a generator":        {"kustomization.yaml", tree{"kustomization.yaml": "configMapGenerator:\n- {name: linkerd-identity-trust-roots, files: [ca-bundle.crt=old.pem]}\n", "old.pem": text}},
		"roots from a literal":          {"kustomization.yaml", tree{"kustomization.yaml": "configMapGenerator:\n- name: linkerd-identity-trust-roots\n  literals: [" + strconv.Quote("ca-bundle.crt="+text) + "]\n"}},
		"roots by RFC 6902":             {"kustomization.yaml", tree{"kustomization.yaml": "patches:\n- target: {kind: ConfigMap, name: linkerd-identity-trust-roots}\n  patch: |\n    - {op: replace, path: /data/ca-bundle.crt, value: " + quoted + "}\n"}},
		"roots in a ClusterResourceSet": {"a.yaml", tree{"a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: crs}\ndata:\n  a.yaml: " + strconv.Quote(roots+"data: {ca-bundle.crt: "+quoted+"}\n") + "\n"}},
		"roots in extraObjects":         {"values.yaml", tree{"values.yaml": "extraObjects:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: linkerd-identity-trust-roots}, data: {ca-bundle.crt: " + quoted + "}}\n"}},
	}
}

// TestOtherBundleInCarriers: another trust bundle is found wherever a repository
// may carry it, and the phase's own is no error there.
func TestOtherBundleInCarriers(t *testing.T) {
	for name, c := range carriers(t, "anchor-2025.crt") {
		if found := errorsOf(t, c.files)[c.file]; len(found) != 1 || !strings.HasSuffix(string(found[0]), "-bundle") {
			t.Errorf("%s: %v, want one about the bundle", name, found)
		}
	}
	for name, c := range carriers(t, "anchor-2026.crt") {
		if found := errorsOf(t, c.files); len(found) > 0 {
			t.Errorf("%s, the phase's own: %v", name, found)
		}
	}
}
