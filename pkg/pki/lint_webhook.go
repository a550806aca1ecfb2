package pki

import (
	"crypto/x509"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Webhook is what one webhook serves and what the API server trusts for it.
type Webhook struct {
	// Service and Namespace make the host: "linkerd-proxy-injector", "linkerd".
	Service, Namespace string
	// Serving is empty where the Secret is someone else's.
	Serving  Chain
	CABundle Chain
	// Key may be the zero Key where it is not at hand.
	Key Key
}

// Host is the name that the API server calls.
func (w Webhook) Host() string { return w.Service + "." + w.Namespace + ".svc" }

// Serves verifies as the API server does at an instant: the chain under caBundle, for
// the webhook's host.
func (w Webhook) Serves(at time.Time) error {
	if len(w.Serving) == 0 {
		return nil
	}
	if err := w.Serving[0].VerifyHostname(w.Host()); err != nil {
		return problem.LintWebhookName.With(w.Host(), listed(w.Serving[0].DNSNames))
	}
	return goVerify(Bundle{w.CABundle}, w.Serving, x509.VerifyOptions{CurrentTime: at})
}

// policyValidator is the one webhook that a Rust program serves.
const policyValidator = linkerd.PolicyService

// servingRules look at the first certificate that the webhook serves.
var servingRules = []rule{
	{problem.LintWebhookName, Error, func(v view) ([]any, bool) {
		return []any{v.webhook.Host(), listed(v.DNSNames)}, v.VerifyHostname(v.webhook.Host()) != nil
	}},
	{problem.LintWebhookUnverified, Error, func(v view) ([]any, bool) {
		trusted, options := Bundle{v.webhook.CABundle}.undated(), x509.VerifyOptions{CurrentTime: anyInstant}
		if err := goVerify(trusted, undated(v.webhook.Serving), options); err != nil {
			return []any{err.Error()}, true
		}
		return nil, false
	}},
	{problem.LintWebhookKey, Error, func(v view) ([]any, bool) {
		key := v.webhook.Key
		return nil, key.Signer() != nil && !key.Matches(v.Certificate)
	}},
	{problem.LintWebhookKeyForm, Error, func(v view) ([]any, bool) {
		key := v.webhook.Key
		return nil, v.webhook.Service == policyValidator && key.SEC1()
	}},
}

// webhookRules look at every certificate, served or trusted.
var webhookRules = []rule{
	{problem.LintWebhookExpired, Error, expired},
	{problem.LintWebhookNotYetValid, Error, future},
	{problem.LintWebhookExpiring, Warning, expiring},
}

// LintWebhook finds what makes a webhook's certificates hazardous at an
// instant: what it serves, then its caBundle. The zero instant leaves dates out.
func LintWebhook(w Webhook, at time.Time) []Finding {
	var findings []Finding
	v := view{webhook: w, at: at}
	for i, c := range w.Serving {
		v.Certificate = c
		if i == 0 {
			findings = judge(servingRules, v)
		}
		findings = append(findings, judge(webhookRules, v)...)
	}
	for _, c := range w.CABundle {
		if served(w.Serving, c) {
			continue // reported once
		}
		v.Certificate = c
		findings = append(findings, judge(webhookRules, v)...)
	}
	return findings
}

// served tells whether c stands in the chain too: a self-signed webhook
// certificate is its own caBundle.
func served(chain Chain, c Certificate) bool {
	for _, s := range chain {
		if s.sameDER(c) {
			return true
		}
	}
	return false
}
