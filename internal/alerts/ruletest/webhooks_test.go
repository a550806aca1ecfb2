package ruletest

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/prometheus/prometheus/rules"
)

// serving is a webhook whose CA and certificate begin 300 days before the origin.
func serving(t *testing.T, caEnds, ends time.Time) state.Webhook {
	t.Helper()
	begin := origin.AddDate(0, 0, -300)
	key, err := pki.MintKey(pki.FormPKCS8, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := pki.MintWebhookCA(key, "ca", pki.Period{NotBefore: begin, NotAfter: caEnds}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := pki.MintWebhook(key.Signer().Public(), "hook.linkerd.svc", ca, key, pki.Period{NotBefore: begin, NotAfter: ends}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return state.Webhook{Certificate: string(cert.PEM()), CABundle: string(ca.PEM())}
}

// TestWebhookEnds: webhooks whose certificates end at different instants warn each by
// itself, and those that end together warn once, with all of their names.
func TestWebhookEnds(t *testing.T) {
	days := func(n int) time.Time { return origin.AddDate(0, 0, n) }
	within := func(day int) [2]time.Duration {
		return [2]time.Duration{time.Duration(day) * 24 * time.Hour, time.Duration(day)*24*time.Hour + time.Hour}
	}
	s := stateOf(t, "bundle/stable.yaml", "2.18")
	s.Status.Webhooks = map[string]state.Webhook{
		state.WebhookProxyInjector:    serving(t, days(400), days(32)),
		state.WebhookProfileValidator: serving(t, days(400), days(36)),
		state.WebhookPolicyValidator:  serving(t, days(400), days(36)),
		state.WebhookTap:              serving(t, days(39), days(38)),
	}
	got := firedBy(t, func(r *rules.AlertingRule) string { return " " + r.Labels().Get("name") }, rulesOf(t, s), origin, 40*24,
		issuer("identity-0", ofState(t, s)), leaf(families[2].expires, "web-0", never))
	check(t, "webhooks", got, map[string][2]time.Duration{
		"LinkerdWebhookCertificateEnds warning proxyInjector":                      within(2),
		"LinkerdWebhookCertificateEnds critical proxyInjector":                     within(25),
		"LinkerdWebhookCertificateEnds warning profileValidator, policyValidator":  within(6),
		"LinkerdWebhookCertificateEnds critical profileValidator, policyValidator": within(29),
		"LinkerdWebhookCertificateEnds warning tap":                                within(8),
		"LinkerdWebhookCertificateEnds critical tap":                               within(31),
		"LinkerdWebhookCAEnds warning tap":                                         within(9),
		"LinkerdWebhookCAEnds critical tap":                                        within(32),
	})
}
