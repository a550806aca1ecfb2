package rotation

import (
	"crypto/ecdsa"
	"crypto/x509"
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestIncomingWebhooksWork: a start, a state that somebody edited and every move forward
// refuse the certificate of a webhook that the API server would refuse.
func TestIncomingWebhooksWork(t *testing.T) {
	const host = "linkerd-proxy-injector.linkerd.svc"
	named := func(names ...string) spoil {
		return func(c *x509.Certificate) {
			c.DNSNames, c.IsCA, c.KeyUsage, c.ExtKeyUsage = names, false, x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}
	}
	own, other, key := ecKey(), ecKey(), ecKey()
	at := now.Add(time.Hour)
	for name, tt := range map[string]struct {
		ca      []spoil
		by      *ecdsa.PrivateKey
		leaf    []spoil
		refused bool
	}{
		"sound":                    {nil, own, []spoil{named(host)}, false},
		"of another CA":            {nil, other, []spoil{named(host)}, true},
		"for another name":         {nil, own, []spoil{named("somebody-else.example.com")}, true},
		"for no name":              {nil, own, []spoil{named()}, true},
		"for clients":              {nil, own, []spoil{named(host), usage(x509.ExtKeyUsageClientAuth)}, true},
		"from tomorrow":            {nil, own, []spoil{named(host), between(at.AddDate(0, 0, 1), at.AddDate(1, 0, 0))}, true},
		"until in a minute":        {nil, own, []spoil{named(host), between(now, at.Add(time.Minute))}, true},
		"a CA until in a minute":   {[]spoil{between(now.AddDate(0, 0, -1), at.Add(time.Minute))}, own, []spoil{named(host)}, true},
		"a CA that is none":        {[]spoil{plainCertificate}, own, []spoil{named(host)}, true},
		"a CA for another purpose": {[]spoil{usage(x509.ExtKeyUsageClientAuth)}, own, []spoil{named(host)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			ca := madeBy(t, "webhook CA", nil, nil, own, tt.ca...)
			signer := ca
			if tt.by != own {
				signer = madeBy(t, "webhook CA", nil, nil, tt.by)
			}
			brought := BroughtWebhook{
				Certificate: must(pki.ReadChain(pemOf(madeBy(t, host, signer, tt.by, key, tt.leaf...)))),
				CABundle:    must(pki.ReadChain(pemOf(ca))), KeyPath: "keys/hook.key",
			}
			m := newMesh(t, "prod", now)
			judged := func(what string, err error) {
				t.Helper()
				if refused := slices.Contains(codes(err), "rotation-unfit-webhook"); refused != tt.refused || !tt.refused && err != nil {
					t.Errorf("%s: %s", what, explain(err))
				}
			}
			o := StartOptions{Kind: state.KindWebhooks, Webhooks: map[string]BroughtWebhook{state.WebhookProxyInjector: brought}}
			_, err := Start(m.state, o, Evidence{}, at, random("x"))
			judged("start", err)
			edited := must(Start(m.state, StartOptions{Kind: state.KindWebhooks}, Evidence{}, at, random("x"))).State
			hook := edited.Status.Webhooks[state.WebhookProxyInjector]
			hook.Incoming = &state.WebhookMaterial{Certificate: text(brought.Certificate.Marshal()), CABundle: text(brought.CABundle.Marshal()), Key: brought.KeyPath}
			edited.Status.Webhooks[state.WebhookProxyInjector] = hook
			_, err = Review(m.state, edited, Evidence{}, at)
			judged("review", err)
			_, err = Advance(edited, Options{Ahead: true}, Evidence{}, at)
			judged("advance", err)
		})
	}
}
