package survey

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestWrittenByPatches: what patches of hosts, templates of Secrets' objects and a
// Bundle's own text write over the phase's values and trust roots.
func TestWrittenByPatches(t *testing.T) {
	const other = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----"
	in := func(indent, text string) string { return indent + strings.ReplaceAll(text, "\n", "\n"+indent) + "\n" }
	roots := "      - target: {kind: ConfigMap, name: linkerd-identity-trust-roots}\n        patch: |\n          - op: replace\n            path: /data/ca-bundle.crt\n            value: |\n" + in("              ", other)
	values := func(path, value string) string {
		return "patches:\n- target: {kind: HelmRelease, name: l5d}\n  patch: |\n    - {op: add, path: " + path + ", value: " + value + "}\n"
	}
	bundle := string(problem.SurveyOtherBundle.Code)
	setting := string(problem.SurveyShadowedSetting.Code)
	for name, c := range map[string]struct{ file, text, want string }{
		"a value":              {"kustomization.yaml", values("/spec/values/identity/externalCA", "true"), setting},
		"values":               {"kustomization.yaml", values("/spec/values", "{identity: {issuer: {scheme: kubernetes.io/tls}}}"), setting},
		"valuesObject":         {"kustomization.yaml", values("/spec/source/helm/valuesObject/identityTrustDomain", "other.example"), setting},
		"a parameter":          {"kustomization.yaml", values("/spec/source/helm/parameters/-", "{name: identity.externalCA, value: 'true'}"), setting},
		"parameters":           {"kustomization.yaml", values("/spec/source/helm/parameters", "[{name: identity.externalCA, value: 'true'}]"), setting},
		"a value as the state": {"kustomization.yaml", values("/spec/values/identity/externalCA", "false"), ""},
		"other fields":         {"kustomization.yaml", values("/spec/valuesOfOthers/identity/externalCA", "true"), ""},
		"Argo CD":              {"app.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source:\n    path: x\n    kustomize:\n      patches:\n" + roots, bundle},
		"Flux, Kustomization":  {"ks.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec:\n  path: ./x\n  patches:\n" + roots, bundle},
		"Flux, postRenderers":  {"hr.yaml", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n  postRenderers:\n  - kustomize:\n      patches:\n" + roots, bundle},
		"ExternalSecret":       {"es.yaml", "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec:\n  target:\n    template:\n      data:\n        values.yaml: |\n          identityTrustAnchorsPEM: |\n" + in("            ", other), bundle},
		"SealedSecret":         {"ss.yaml", "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a}\nspec:\n  template:\n    data:\n      values.yaml: |\n        identityTrustAnchorsPEM: |\n" + in("          ", other), bundle},
		"Bundle":               {"b.yaml", "apiVersion: trust.cert-manager.io/v1alpha1\nkind: Bundle\nmetadata: {name: linkerd-identity-trust-roots}\nspec:\n  sources:\n  - inLine: |\n" + in("      ", other) + "  target: {configMap: {key: ca-bundle.crt}}\n", bundle},
		"Bundle of more":       {"b.yaml", "apiVersion: trust.cert-manager.io/v1alpha1\nkind: Bundle\nmetadata: {name: linkerd-identity-trust-roots}\nspec:\n  sources:\n  - useDefaultCAs: true\n  - inLine: |\n" + in("      ", other) + "  target: {configMap: {key: ca-bundle.crt}}\n", ""},
	} {
		s, err := New(Settings{State: mesh(t)})
		if err != nil {
			t.Fatal(err)
		}
		s.Add("deploy/"+c.file, []byte(c.text))
		var got []string
		for _, f := range s.Report().Findings {
			got = append(got, string(f.Code))
		}
		if joined := strings.Join(got, " "); joined != c.want {
			t.Errorf("%s: %q, want %q", name, joined, c.want)
		}
	}
}
