package survey

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestShadowedSettings: what the phase's values say and another place overrides, in
// the spellings of Argo CD, Flux, kustomize, k3s and helmfile.
func TestShadowedSettings(t *testing.T) {
	app := func(helm string) tree {
		return tree{"a.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: l}\nspec:\n  source:\n    chart: linkerd-control-plane\n    targetRevision: 2025.10.7\n    " + helm + "\n"}
	}
	parameter := func(name, value string) tree {
		return app(fmt.Sprintf("helm: {parameters: [{name: %s, value: %q}]}", name, value))
	}
	for name, c := range map[string]struct {
		files tree
		want  problem.Code
	}{
		"a parameter":                {parameter("identity.externalCA", "true"), problem.SurveyShadowedSetting.Code},
		"of an umbrella chart":       {parameter("mesh.identity.externalCA", "true"), problem.SurveyShadowedSetting.Code},
		"the scheme":                 {parameter("identity.issuer.scheme", "kubernetes.io/tls"), problem.SurveyShadowedSetting.Code},
		"the trust domain":           {parameter("identityTrustDomain", "other.example"), problem.SurveyShadowedSetting.Code},
		"false as a string":          {app(`helm: {parameters: [{name: identity.externalCA, value: "false", forceString: true}]}`), problem.SurveyShadowedSetting.Code},
		"quoted false in values":     {app(`helm: {valuesObject: {identity: {externalCA: "false"}}}`), problem.SurveyShadowedSetting.Code},
		"a file parameter":           {app("helm: {fileParameters: [{name: identity.externalCA, path: yes.txt}]}"), problem.SurveyShadowedSetting.Code},
		"a webhook's externalSecret": {parameter("proxyInjector.externalSecret", "false"), problem.SurveyShadowedWebhookSetting.Code},
		"arguments of a plugin":      {app("plugin: {parameters: [{name: args, array: [--set, identity.externalCA=true]}]}"), problem.SurveyShadowedSetting.Code},
		"a templatePatch":            {tree{"a.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: l}\nspec:\n  template: {spec: {source: {chart: linkerd-control-plane, targetRevision: 2025.10.7}}}\n  templatePatch: |\n    spec: {source: {helm: {parameters: [{name: identity.externalCA, value: \"true\"}]}}}\n"}, problem.SurveyShadowedSetting.Code},
		"several sources":            {tree{"a.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: l}\nspec:\n  sources:\n  - {ref: v}\n  - {chart: linkerd-control-plane, targetRevision: 2025.10.7, helm: {parameters: [{name: identity.externalCA, value: \"true\"}]}}\n"}, problem.SurveyShadowedSetting.Code},
		"an Application in JSON":     {tree{"a.json": `{"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"name":"l"},"spec":{"source":{"helm":{"parameters":[{"name":"identity.externalCA","value":"true"}]}}}}`}, problem.SurveyShadowedSetting.Code},
		"a HelmRelease":              {tree{"a.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: l}\nspec: {values: {identity: {externalCA: true}}}\n"}, problem.SurveyShadowedSetting.Code},
		"a HelmChart":                {tree{"a.yaml": "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: l}\nspec: {chart: linkerd-control-plane, set: {identity.externalCA: \"true\"}}\n"}, problem.SurveyShadowedSetting.Code},
		"a helmfile":                 {tree{"helmfile.yaml": "releases:\n- {chart: linkerd/linkerd-control-plane, version: 2025.10.7, set: [{name: identity.externalCA, value: true}]}\n"}, problem.SurveyShadowedSetting.Code},

		"the state's own value": {parameter("identity.externalCA", "false"), ""},
		"a placeholder":         {parameter("identity.externalCA", "{{ .external }}"), ""},
		"another chart's":       {parameter("vault.externalCA", "true"), ""},
		"a real false":          {app("helm: {valuesObject: {identity: {externalCA: false}}}"), ""},
	} {
		var found []problem.Code
		for _, codes := range errorsOf(t, c.files) {
			found = append(found, codes...)
		}
		if c.want == "" && len(found) > 0 || c.want != "" && !slices.Equal(found, []problem.Code{c.want}) {
			t.Errorf("%s: %v, want %q", name, found, c.want)
		}
	}
}

// TestIssuerCertificateObjects: a cert-manager Certificate whose issuer identity
// refuses, wherever it is written.
func TestIssuerCertificateObjects(t *testing.T) {
	const spec = "secretName: linkerd-identity-issuer, issuerRef: {name: x}, duration: 2160h, "
	object := func(api, more string) string {
		return "{apiVersion: " + api + ", kind: Certificate, metadata: {name: l, namespace: linkerd}, spec: {" + spec + more + "}}"
	}
	const v1 = "cert-manager.io/v1"
	rsa := object(v1, "isCA: true, privateKey: {rotationPolicy: Always}")
	for name, c := range map[string]struct {
		file, text string
		want       problem.Code
	}{
		"RSA by default":      {"a.yaml", rsa, problem.SurveyIssuerKey.Code},
		"RSA by name":         {"a.yaml", object(v1, "isCA: true, privateKey: {algorithm: RSA, size: 4096}"), problem.SurveyIssuerKey.Code},
		"P-384":               {"a.yaml", object(v1, "isCA: true, privateKey: {algorithm: ECDSA, size: 384}"), problem.SurveyIssuerKey.Code},
		"Ed25519":             {"a.yaml", object(v1, "isCA: true, privateKey: {algorithm: Ed25519}"), problem.SurveyIssuerKey.Code},
		"ML-DSA":              {"a.yaml", object(v1, "isCA: true, privateKey: {algorithm: ML-DSA-65}"), problem.SurveyIssuerKey.Code},
		"a leaf":              {"a.yaml", object(v1, "privateKey: {algorithm: ECDSA}"), problem.SurveyIssuerLeaf.Code},
		"isCA: false":         {"a.yaml", object(v1, "isCA: false, privateKey: {algorithm: ECDSA, size: 256}"), problem.SurveyIssuerLeaf.Code},
		"servers only":        {"a.yaml", object(v1, "isCA: true, usages: [server auth], privateKey: {algorithm: ECDSA}"), problem.SurveyIssuerUsage.Code},
		"the old API":         {"a.yaml", object("cert-manager.io/v1alpha2", "isCA: true, keyAlgorithm: rsa, keySize: 2048"), problem.SurveyIssuerKey.Code},
		"in a List":           {"a.yaml", "apiVersion: v1\nkind: List\nitems:\n- " + rsa + "\n", problem.SurveyIssuerKey.Code},
		"in extraObjects":     {"values.yaml", "extraObjects:\n- " + rsa + "\n", problem.SurveyIssuerKey.Code},
		"in a text of values": {"values.yaml", "extraManifests:\n- |\n  # of the mesh\n  " + rsa + "\n", problem.SurveyIssuerKey.Code},
		"in a ManifestWork":   {"a.yaml", "apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nmetadata: {name: w}\nspec: {workload: {manifests: [" + rsa + "]}}\n", problem.SurveyIssuerKey.Code},
		"in JSON":             {"a.json", `{"apiVersion":"cert-manager.io/v1","kind":"Certificate","metadata":{"name":"l","namespace":"linkerd"},"spec":{"secretName":"linkerd-identity-issuer","issuerRef":{"name":"x"},"isCA":true}}`, problem.SurveyIssuerKey.Code},

		"P-256":                   {"a.yaml", object(v1, "isCA: true, privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}"), ""},
		"P-256 by default":        {"a.yaml", object(v1, "isCA: true, privateKey: {algorithm: ECDSA, rotationPolicy: Always}"), ""},
		"P-256 of the old API":    {"a.yaml", object("cert-manager.io/v1alpha2", "isCA: true, keyAlgorithm: ecdsa, keySize: 256"), ""},
		"another Secret":          {"a.yaml", strings.ReplaceAll(rsa, "linkerd-identity-issuer", "shop-tls"), ""},
		"a patch, without issuer": {"a.yaml", strings.ReplaceAll(rsa, "issuerRef: {name: x}, ", ""), ""},
	} {
		found := errorsOf(t, tree{c.file: c.text})[c.file]
		if c.want == "" && len(found) > 0 || c.want != "" && !slices.Equal(found, []problem.Code{c.want}) {
			t.Errorf("%s: %v, want %q", name, found, c.want)
		}
	}
}

// TestBundlesOfSeveralClusters: a Bundle belongs to the Certificate of its own
// cluster, however the repository orders its clusters.
func TestBundlesOfSeveralClusters(t *testing.T) {
	certificate := "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: linkerd-trust-anchor, namespace: cert-manager}\nspec: {secretName: linkerd-trust-anchor, isCA: true, duration: 8760h, issuerRef: {name: x}, privateKey: {algorithm: ECDSA, rotationPolicy: Always}}\n"
	bundle := "apiVersion: trust.cert-manager.io/v1alpha1\nkind: Bundle\nmetadata: {name: linkerd-identity-trust-roots}\nspec: {sources: [{secret: {name: linkerd-trust-anchor, key: tls.crt}}], target: {configMap: {key: ca-bundle.crt}}}\n"
	for name, c := range map[string]struct {
		files tree
		want  int
	}{
		"two folders":             {tree{"east/a.yaml": certificate + "---\n" + bundle, "west/a.yaml": certificate + "---\n" + bundle}, 2},
		"files apart":             {tree{"east/c.yaml": certificate, "east/b.yaml": bundle, "west/c.yaml": certificate, "west/b.yaml": bundle}, 2},
		"deeper":                  {tree{"clusters/eu/one/pki/c.yaml": certificate, "clusters/eu/one/trust/b.yaml": bundle, "clusters/eu/two/pki/c.yaml": certificate, "clusters/eu/two/trust/b.yaml": bundle}, 2},
		"a base for both":         {tree{"base/c.yaml": certificate, "base/b.yaml": bundle, "overlays/east/x.yaml": "a: b\n", "overlays/west/x.yaml": "a: b\n"}, 1},
		"one is pinned":           {tree{"east/c.yaml": certificate, "east/b.yaml": bundle, "west/c.yaml": strings.Replace(certificate, "isCA: true", "isCA: true, renewal: {policy: Disabled}", 1), "west/b.yaml": bundle}, 1},
		"no Certificate, in west": {tree{"east/c.yaml": certificate, "east/b.yaml": bundle, "west/b.yaml": bundle}, 1},
	} {
		n := 0
		for _, codes := range errorsOf(t, c.files) {
			for _, code := range codes {
				if code == problem.SurveyLiveBundle.Code {
					n++
				}
			}
		}
		if n != c.want {
			t.Errorf("%s: %d findings, want %d", name, n, c.want)
		}
	}
}

// TestKeysInEncodings: a private key in clear is found in what PowerShell and other
// tools of Windows write.
func TestKeysInEncodings(t *testing.T) {
	key := "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\nOF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n-----END PRIVATE KEY-----\n"
	wide := func(bom bool, big bool, text string) string {
		units := utf16.Encode([]rune(text))
		if bom {
			units = append([]uint16{0xfeff}, units...)
		}
		var out []byte
		for _, u := range units {
			if big {
				out = append(out, byte(u>>8), byte(u))
			} else {
				out = append(out, byte(u), byte(u>>8))
			}
		}
		return string(out)
	}
	windows := strings.ReplaceAll(key, "\n", "\r\n")
	for name, c := range map[string]struct{ file, text string }{
		"little, marked":   {"ca.key", wide(true, false, key)},
		"big, marked":      {"ca.pem", wide(true, true, key)},
		"little, unmarked": {"k.txt", wide(false, false, key)},
		"big, unmarked":    {"k", wide(false, true, key)},
		"lines of Windows": {"k.ps1", wide(true, false, windows)},
		"in a manifest":    {"secret.yaml", wide(true, false, "apiVersion: v1\nkind: Secret\nstringData:\n  tls.key: |\n    "+strings.ReplaceAll(key, "\n", "\n    "))},
		"UTF-8, marked":    {"ca.key", "\xef\xbb\xbf" + windows},
		"Latin-1 around":   {"notes.txt", "Schl\xfcssel:\n" + key},
	} {
		if found := errorsOf(t, tree{c.file: c.text})[c.file]; !slices.Contains(found, problem.SurveyPrivateKey.Code) {
			t.Errorf("%s: %v", name, found)
		}
	}
}
