package delivery

import (
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// stateWith has one webhook and no outputs: whatever calls post-render delivers.
func stateWith(custody, scheme, version string) *state.Rotation {
	s := &state.Rotation{}
	s.Spec.Linkerd.Version, s.Spec.Linkerd.IssuerScheme = version, scheme
	s.Spec.Custody.Kind = custody
	s.Status.Phase = state.PhaseStable
	s.Status.Webhooks = map[string]state.Webhook{"proxyInjector": {Certificate: "x", CABundle: "x"}}
	return s
}

// TestNotes: what a host leaves to a person by the way in which it is called is
// said with the command, once for all objects that it delivers.
func TestNotes(t *testing.T) {
	apart := "l5d-pki-render manifests --with-keys | kubectl apply --server-side --force-conflicts -f -"
	values := "l5d-pki-render manifests --with-keys --layout embedded | kubectl apply --server-side --force-conflicts -f -"
	readBack := `kubectl get secret linkerd-identity-issuer -n linkerd -o jsonpath='{.data.tls\.crt}' | base64 -d > issuer.pem && l5d-pki-render custody read-back --state pki/r.yaml --issuer issuer.pem`
	for _, c := range []struct {
		custody, scheme, version, path string
		kinds                          []Kind
		want                           []string
	}{
		{state.CustodyFile, state.SchemeLinkerd, "2.18", "", []Kind{Issuer}, []string{apart}},
		{state.CustodyAge, state.SchemeLinkerd, "2.12.6", "", []Kind{WebhookSecret}, []string{apart, values}},
		{state.CustodySOPS, state.SchemeLinkerd, "2.18", "", nil, []string{apart, values}},
		{state.CustodyFile, state.SchemeLinkerd, "2.10.2", "", []Kind{WebhookSecret}, []string{apart}}, // this chart takes pins
		{state.CustodyFile, state.SchemeLinkerd, "2.18", "", []Kind{CABundle, Stamp}, nil},
		{state.CustodyFile, state.SchemeKubernetes, "2.18", "", []Kind{Issuer}, nil}, // a person, always
		{state.CustodySealedSecret, state.SchemeLinkerd, "2.18", "", nil, nil},
		{state.CustodyCertManager, state.SchemeKubernetes, "2.18", "pki/r.yaml", []Kind{Issuer}, []string{readBack}},
		{state.CustodyCertManager, state.SchemeKubernetes, "2.18", "pki/r.yaml", []Kind{TrustRoots}, nil},
	} {
		all := Of(stateWith(c.custody, c.scheme, c.version), c.path)
		if c.kinds != nil {
			all = Changed(all, c.kinds...)
		}
		var got []string
		for _, line := range Notes(all) {
			parts := strings.Split(strings.TrimSuffix(line, "`"), ": `")
			got = append(got, parts[len(parts)-1])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s, %s, %s, %v: %q, want %q", c.custody, c.scheme, c.version, c.kinds, got, c.want)
		}
	}
}
