package render_test

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// TestValuesByVersion: the charts ask for different keys, and refuse others.
func TestValuesByVersion(t *testing.T) {
	for _, c := range []struct {
		version               string
		expiry, policy, embed bool // crtExpiry; policyValidator; webhook keys may stand in the values
	}{
		{"2.10", true, false, true},
		{"stable-2.11.0", true, true, true}, // crtExpiry went away in 2.11.1
		{"2.11.5", false, true, true},
		{"2.12", false, true, false},
		{"2.18", false, true, false},
		{"2.19", false, true, true},
		{"2.20", false, true, true},
	} {
		for _, layout := range []render.Layout{render.Embedded, render.External} {
			in := fixture(t, "control-plane-2-13")
			in.State.Spec.Linkerd.Version = c.version
			in.State.Spec.Linkerd.IssuerScheme = layout.Scheme()
			out, err := render.Values(render.ValuesInput{State: in.State, Keys: in.Keys, Layout: layout})
			if err != nil {
				t.Fatalf("%s %s: %v", c.version, layout, err)
			}
			var v struct {
				Identity struct {
					Issuer struct {
						CrtExpiry string
						Scheme    string
						TLS       struct{ CrtPEM, KeyPEM string }
					}
				}
				IdentityTrustAnchorsPEM string
				ProxyInjector           struct {
					ExternalSecret           bool
					CABundle, CrtPEM, KeyPEM string
				}
				PolicyValidator *struct{ CABundle string }
			}
			if err := yaml.Unmarshal(out.YAML, &v); err != nil {
				t.Fatal(err)
			}
			name := c.version + " " + string(layout)
			check(t, name+": crtExpiry", v.Identity.Issuer.CrtExpiry != "", c.expiry)
			check(t, name+": policyValidator", v.PolicyValidator != nil, c.policy)
			check(t, name+": issuer key", v.Identity.Issuer.TLS.KeyPEM != "", layout == render.Embedded)
			check(t, name+": webhook key", v.ProxyInjector.KeyPEM != "", layout == render.Embedded && c.embed)
			check(t, name+": externalSecret", v.ProxyInjector.ExternalSecret, !(layout == render.Embedded && c.embed))
			check(t, name+": needs manifests", out.NeedsManifests, !(layout == render.Embedded && c.embed))
			check(t, name+": holds keys", out.HoldsKeys, layout == render.Embedded)
			check(t, name+": any private key", strings.Contains(string(out.YAML), "PRIVATE KEY"), layout == render.Embedded)
			check(t, name+": anchors end without a newline", strings.HasSuffix(v.IdentityTrustAnchorsPEM, "-----"), true)
		}
	}
}

// TestManifestsFollowLayout: what the values leave out is written, and no more.
func TestManifestsFollowLayout(t *testing.T) {
	for _, c := range []struct {
		version string
		layout  render.Layout
		want    []string
	}{
		{"2.18", render.External, []string{"linkerd-identity-issuer", "linkerd-proxy-injector-k8s-tls", "linkerd-sp-validator-k8s-tls", "linkerd-policy-validator-k8s-tls"}},
		{"2.18", "", []string{"linkerd-identity-issuer", "linkerd-proxy-injector-k8s-tls", "linkerd-sp-validator-k8s-tls", "linkerd-policy-validator-k8s-tls"}},
		{"2.18", render.Embedded, []string{"linkerd-proxy-injector-k8s-tls", "linkerd-sp-validator-k8s-tls", "linkerd-policy-validator-k8s-tls"}},
	} {
		in := fixture(t, "control-plane-2-13")
		in.State.Spec.Linkerd.Version = c.version
		if c.layout != "" {
			in.State.Spec.Linkerd.IssuerScheme = c.layout.Scheme()
		}
		out, err := render.Manifests(render.ManifestsInput{State: in.State, Keys: in.Keys, Layout: c.layout, WithKeys: true})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, document := range strings.Split(string(out), "---\n")[1:] {
			var o struct{ Metadata struct{ Name string } }
			if err := yaml.Unmarshal([]byte(document), &o); err != nil {
				t.Fatal(err)
			}
			names = append(names, o.Metadata.Name)
		}
		if strings.Join(names, " ") != strings.Join(c.want, " ") {
			t.Errorf("%s %s: %v, want %v", c.version, c.layout, names, c.want)
		}
	}
	in := fixture(t, "control-plane-2-13")
	in.State.Spec.Linkerd.Version = "2.19" // everything stands in the values
	_, err := render.Manifests(render.ManifestsInput{State: in.State, Keys: in.Keys, Layout: render.Embedded, WithKeys: true})
	wantCode(t, err, "render-no-manifests")
}

func check(t *testing.T, what string, got, want bool) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
