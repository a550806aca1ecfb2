package survey

import (
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestLeafLifetime: a life of leaves that the state does not count with.
func TestLeafLifetime(t *testing.T) {
	app := "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {helm: "
	for name, c := range map[string]struct {
		text, severity string // "": nothing is found
	}{
		"longer in values":        {"identity: {issuer: {issuanceLifetime: 96h0m0s}}\n", "error"},
		"shorter in values":       {"identity: {issuer: {issuanceLifetime: 1h}}\n", "warning"},
		"the same":                {"identity: {issuer: {issuanceLifetime: 24h0m0s, clockSkewAllowance: 20s}}\n", ""},
		"more skew":               {"linkerd-control-plane: {identity: {issuer: {clockSkewAllowance: 10m}}}\n", "error"},
		"in an Application":       {app + "{parameters: [{name: identity.issuer.issuanceLifetime, value: 48h}]}}}\n", "error"},
		"in its values":           {app + "{valuesObject: {identity: {issuer: {issuanceLifetime: 48h}}}}}}\n", "error"},
		"in a HelmChart":          {"apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: l}\nspec: {chart: linkerd-control-plane, version: 2025.10.7, set: {identity.issuer.issuanceLifetime: 48h}}\n", "error"},
		"a template":              {"identity: {issuer: {issuanceLifetime: \"{{ .life }}\"}}\n", ""},
		"a placeholder":           {"identity: {issuer: {issuanceLifetime: '${life}'}}\n", ""},
		"a variable":              {"identity: {issuer: {issuanceLifetime: $(LIFE)}}\n", "unread "},
		"no length of time":       {"identity: {issuer: {issuanceLifetime: 1d}}\n", "unread "},
		"of another program":      {"tls: {issuanceLifetime: 96h}\n", ""},
		"in a rendered ConfigMap": {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: linkerd-config}\ndata:\n  values: |\n    identity: {issuer: {issuanceLifetime: 48h}}\n", "error"},
	} {
		got := ""
		for _, f := range look(t, tree{"a.yaml": c.text}, false).Findings {
			if f.Code == problem.SurveyUnreadSetting.Code {
				got += "unread "
			}
			if f.Code == problem.SurveyLeafLifetime.Code {
				got += string(f.Severity)
			}
		}
		if got != c.severity {
			t.Errorf("%s: %q, want %q", name, got, c.severity)
		}
	}
}

// TestValuesInOtherEncodings: values that are not UTF-8 are not passed over.
func TestValuesInOtherEncodings(t *testing.T) {
	wide := func(text string) (out string) {
		for _, b := range []byte(text) {
			out += string([]byte{b, 0})
		}
		return out
	}
	for name, c := range map[string]struct {
		text  string
		found int
	}{
		"UTF-16":            {"\xff\xfe" + wide("identityTrustAnchorsPEM: x\n"), 1},
		"UTF-16, no mark":   {wide("identityTrustDomain: x\n"), 1},
		"Latin-1":           {"# caf\xe9\nidentity: {externalCA: true}\n", 1},
		"UTF-8":             {"# café\nidentity: {externalCA: true}\n", 0},
		"of something else": {"# caf\xe9\nname: x\n", 0},
	} {
		found := 0
		for _, f := range look(t, tree{"values.yaml": c.text}, false).Findings {
			if f.Code == problem.SurveyEncoding.Code {
				found++
			}
		}
		if found != c.found {
			t.Errorf("%s: %d found", name, found)
		}
	}
}
