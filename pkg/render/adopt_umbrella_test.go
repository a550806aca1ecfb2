package render_test

import (
	"os"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestAdoptUmbrella: values of a chart that depends on Linkerd's stand below the
// dependency's name, its alias, or deeper.
func TestAdoptUmbrella(t *testing.T) {
	pem := func(name string) string {
		data, err := os.ReadFile("../../fixtures/pki/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	bundle := "identityTrustAnchorsPEM: |\n" + indent(pem("anchor-2025.crt"), "  ")
	own := bundle + "identity:\n  issuer:\n    tls:\n      crtPEM: |\n" + indent(pem("issuer-2025-1.crt"), "        ")
	below := func(key, text string) string { return key + ":\n" + indent(text, "  ") }
	for name, c := range map[string]struct {
		values string
		code   problem.Code
	}{
		"at the top":                  {own, ""},
		"dependency":                  {below("linkerd-control-plane", own), ""},
		"alias":                       {"tags: {mesh: true}\n" + below("mesh", own), ""},
		"umbrella of one":             {below("platform", "other: {a: b}\n"+below("linkerd", own)), ""},
		"global":                      {below("global", own), ""},
		"global and its own":          {below("global", bundle) + below("linkerd-control-plane", own), ""},
		"anchors in global":           {below("global", bundle) + below("mesh", own[len(bundle):]), ""},
		"issuer in global":            {below("mesh", bundle) + below("global", own[len(bundle):]), ""},
		"others beside":               {below("linkerd-viz", "tap: {externalSecret: true}\n") + below("linkerd-control-plane", own) + "linkerd-crds: {}\n", ""},
		"anchors of charts up to 2.9": {below("global", bundle) + own[len(bundle):], ""},
		"an alias":                    {"base: &b\n" + indent(own, "  ") + "mesh: *b\n", ""},
		"a merge key":                 {"base: &b\n" + indent(own, "  ") + "mesh:\n  <<: *b\n", ""},
		"merged":                      {below("x", own+"") + "unrelated: {identity: {issuer: {name: x}}}\n", ""},
		"two control planes":          {below("east", own) + below("west", own), problem.AdoptTwoValues.Code},
		"none":                        {"replicas: 1\n", problem.AdoptNoAnchors.Code},
		"a key that is twice":         {below("a", own) + below("a", own), problem.KeyTwice.Code},
	} {
		in := render.AdoptInput{
			Name: "prod", Values: render.Source{Name: "values.yaml", Data: []byte(c.values)}, Custody: state.CustodyFile, LinkerdVersion: "2.18",
			KeyPath: func(name string) string { return "keys/" + name + ".key" }, At: adoptedAt,
		}
		s, _, err := render.Adopt(in)
		if problems := problem.Of(err); (c.code == "") != (err == nil) || c.code != "" && problems[0].Code != c.code {
			t.Errorf("%s: %v, want %q", name, err, c.code)
			continue
		}
		if err == nil && (len(s.Status.Anchors) != 1 || len(s.Status.Issuers) != 1) {
			t.Errorf("%s: %d anchors, %d issuers", name, len(s.Status.Anchors), len(s.Status.Issuers))
		}
	}
}
