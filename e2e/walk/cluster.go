package walk

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"testing"

	"sigs.k8s.io/yaml"
)

// Paths of what is read back.
const (
	trustRoots  = "/api/v1/namespaces/linkerd/configmaps/linkerd-identity-trust-roots"
	config      = "/api/v1/namespaces/linkerd/configmaps/linkerd-config"
	secrets     = "/api/v1/namespaces/linkerd/secrets/"
	deployments = "/apis/apps/v1/namespaces/linkerd/deployments/"
	web         = "/apis/apps/v1/namespaces/shop/deployments/web"
	admission   = "/apis/admissionregistration.k8s.io/v1/"
)

// webhookOf are the Secret and the configuration of each webhook of the chart.
var webhookOf = map[string]struct{ secret, configuration string }{
	"proxyInjector":    {"linkerd-proxy-injector-k8s-tls", "mutatingwebhookconfigurations/linkerd-proxy-injector-webhook-config"},
	"profileValidator": {"linkerd-sp-validator-k8s-tls", "validatingwebhookconfigurations/linkerd-sp-validator-webhook-config"},
	"policyValidator":  {"linkerd-policy-validator-k8s-tls", "validatingwebhookconfigurations/linkerd-policy-validator-webhook-config"},
}

// check compares the cluster with the phase that the state is in; it names what
// is wrong.
func (m *mesh) check(t *testing.T) (wrong []string) {
	t.Helper()
	s := m.read(t)
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	bundle := certificates(s.bundle())
	if got := certificates(text(m.server.Get(t, trustRoots), "data", "ca-bundle.crt")); !slices.Equal(got, bundle) {
		bad("ConfigMap linkerd-identity-trust-roots has %s, want %s", m.names(s, got), m.names(s, bundle))
	}
	m.checkConfig(t, s, bundle, bad)
	m.checkIssuer(t, s, bad)
	m.checkWebhooks(t, s, bad)
	if got := text(m.server.Get(t, web), "spec", "template", "metadata", "annotations", "l5d-pki-render/rollout"); got != s.Status.Stamp {
		bad("Deployment shop/web has the stamp %q, want %q", got, s.Status.Stamp)
	}
	return wrong
}

// checkConfig: linkerd-config says the bundle too, and the control plane's pods
// carry its hash, so that they restart with it.
func (m *mesh) checkConfig(t *testing.T, s *rotationState, bundle []string, bad func(string, ...any)) {
	t.Helper()
	if s.Spec.Linkerd.ExternalCA {
		return // the chart knows no bundle
	}
	values := map[string]any{}
	if err := yaml.Unmarshal([]byte(text(m.server.Get(t, config), "data", "values")), &values); err != nil {
		t.Fatal(err)
	}
	pem, _ := values["identityTrustAnchorsPEM"].(string)
	if got := certificates(pem); !slices.Equal(got, bundle) {
		bad("ConfigMap linkerd-config has %s, want %s", m.names(s, got), m.names(s, bundle))
	}
	sum := sha256.Sum256([]byte(strings.TrimSpace(pem)))
	for _, name := range []string{"identity", "destination", "proxy-injector"} {
		got := text(m.server.Get(t, deployments+"linkerd-"+name), "spec", "template", "metadata", "annotations", "linkerd.io/trust-root-sha256")
		if got != hex.EncodeToString(sum[:]) {
			bad("Deployment linkerd-%s has another trust-root-sha256 than linkerd-config", name)
		}
	}
}

// checkIssuer: the Secret is what identity reads by the scheme that it runs with.
func (m *mesh) checkIssuer(t *testing.T, s *rotationState, bad func(string, ...any)) {
	t.Helper()
	crt, key := "crt.pem", "key.pem"
	if s.Spec.Linkerd.IssuerScheme == kubernetesTLS {
		crt, key = "tls.crt", "tls.key"
	}
	if identity := m.server.Get(t, deployments+"linkerd-identity"); !strings.Contains(fmt.Sprint(identity), "-identity-scheme="+s.Spec.Linkerd.IssuerScheme) {
		bad("Deployment linkerd-identity does not run with the scheme %s", s.Spec.Linkerd.IssuerScheme)
	}
	secret := m.server.Get(t, secrets+"linkerd-identity-issuer")
	if secret == nil {
		bad("Secret linkerd-identity-issuer does not exist")
		return
	}
	m.checkPair(s, "linkerd-identity-issuer", secret, crt, key, s.issuer(), bad)
}

func (m *mesh) checkWebhooks(t *testing.T, s *rotationState, bad func(string, ...any)) {
	t.Helper()
	hooks := s.hooks()
	for _, name := range slices.Sorted(maps.Keys(hooks)) {
		h, at := hooks[name], webhookOf[name]
		secret := m.server.Get(t, secrets+at.secret)
		if secret == nil {
			bad("Secret %s does not exist", at.secret)
		} else {
			m.checkPair(s, at.secret, secret, "tls.crt", "tls.key", h.Certificate, bad)
		}
		list, _ := m.server.Get(t, admission+at.configuration)["webhooks"].([]any)
		if len(list) != 1 {
			bad("%s has %d webhooks", at.configuration, len(list))
			continue
		}
		ca := decoded(list[0].(map[string]any), "clientConfig", "caBundle")
		if !slices.Equal(certificates(ca), certificates(h.CABundle)) {
			bad("%s has another caBundle than the phase", at.configuration)
		}
	}
}

// checkPair: the chain is the phase's, and the key is the chain's.
func (m *mesh) checkPair(s *rotationState, name string, secret map[string]any, crt, key, want string, bad func(string, ...any)) {
	chain := decoded(secret, "data", crt)
	if got := certificates(chain); !slices.Equal(got, certificates(want)) {
		bad("Secret %s has in %s %s, want %s", name, crt, m.names(s, got), m.names(s, certificates(want)))
		return
	}
	if _, err := tls.X509KeyPair([]byte(chain), []byte(decoded(secret, "data", key))); err != nil {
		bad("Secret %s: %s is not the key of %s: %v", name, key, crt, err)
	}
}

// names are the certificates' names in the state.
func (m *mesh) names(s *rotationState, all []string) string {
	known := map[string]string{}
	add := func(name, text string) {
		for _, der := range certificates(text) {
			known[der] = name
		}
	}
	for name, w := range s.Status.Webhooks {
		add(name, w.Certificate)
		if w.Incoming != nil {
			add("incoming "+name, w.Incoming.Certificate)
		}
	}
	for _, c := range slices.Concat(s.Status.Issuers, s.Status.Anchors) {
		add(c.Role+" "+c.Name, c.Certificate)
	}
	var names []string
	for _, der := range all {
		name := known[der]
		if name == "" {
			name = "a certificate that the state does not know"
		}
		names = append(names, name)
	}
	return fmt.Sprintf("[%s]", strings.Join(names, ", "))
}

// text is a text below an object, "" if there is none.
func text(object map[string]any, path ...string) string {
	var at any = object
	for _, key := range path {
		below, _ := at.(map[string]any)
		at = below[key]
	}
	found, _ := at.(string)
	return found
}

func decoded(object map[string]any, path ...string) string {
	plain, err := base64.StdEncoding.DecodeString(text(object, path...))
	if err != nil {
		return ""
	}
	return string(plain)
}
