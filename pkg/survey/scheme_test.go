package survey

import (
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestHalfMigrated: the other direction, and what counts by where it is.
func TestHalfMigrated(t *testing.T) {
	values := "identity: {issuer: {scheme: linkerd.io/tls}}\n"
	secret := "apiVersion: v1\nkind: Secret\nmetadata: {name: linkerd-identity-issuer, namespace: linkerd}\ndata: {crt.pem: x, key.pem: y}\n"
	for name, c := range map[string]struct {
		file, text string
		severity   string // "": nothing is found
	}{
		"values beside the state":        {"prod/linkerd/values.yaml", values, "error"},
		"values above the state":         {"prod/values.yaml", values, "error"},
		"values below the state":         {"prod/linkerd/pki/x/values.yaml", values, "error"},
		"values of another cluster":      {"dev/linkerd/values.yaml", values, "warning"},
		"values of both":                 {"prod/values.yaml", "identity: {issuer: {scheme: kubernetes.io/tls}}\n", ""},
		"a Secret":                       {"dev/secret.yaml", secret, "error"},
		"a chart's own values, patched":  {"prod/chart/values.yaml", values, ""},
		"other things called scheme":     {"prod/values.yaml", "issuer: {scheme: https}\nidentity: {scheme: a}\n", ""},
		"an argument of another program": {"a.yaml", "kind: Deployment\nspec: {template: {spec: {containers: [{args: [-other-scheme=linkerd.io/tls]}]}}}\n", ""},
	} {
		r := mesh(t)
		r.Spec.Linkerd.IssuerScheme, r.Spec.Outputs = state.SchemeKubernetes, nil
		s, err := New(Settings{State: r})
		if err != nil {
			t.Fatal(err)
		}
		s.homes = []string{"prod/linkerd/pki"}
		s.charts["prod/chart"] = true
		s.Add(c.file, []byte(c.text))
		got := ""
		for _, f := range s.Report().Findings {
			if f.Code == problem.SurveyOtherScheme.Code {
				got = string(f.Severity)
			}
		}
		if got != c.severity {
			t.Errorf("%s: %q, want %q", name, got, c.severity)
		}
	}
}

// TestCertificateOfAnotherScheme: cert-manager makes one form only; it counts
// where the state says in words that it wants the other.
func TestCertificateOfAnotherScheme(t *testing.T) {
	text := "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: issuer, namespace: linkerd}\nspec: {secretName: " + linkerd.IssuerSecret + "}\n"
	for scheme, want := range map[string]int{state.SchemeLinkerd: 1, state.SchemeKubernetes: 0, "": 0} {
		r := mesh(t)
		r.Spec.Linkerd.IssuerScheme = scheme
		s, err := New(Settings{State: r})
		if err != nil {
			t.Fatal(err)
		}
		s.Add("c.yaml", []byte(text))
		found := 0
		for _, f := range s.Report().Findings {
			if f.Code == problem.SurveyOtherScheme.Code {
				found++
			}
		}
		if found != want {
			t.Errorf("%q: %d found, want %d", scheme, found, want)
		}
	}
}
