package render

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Webhook is one row of the table of webhooks: its key in the state file and
// the objects that carry its material. Chart paths: charts/linkerd-control-plane/
// templates/{proxy-injector,destination}-rbac.yaml, viz/charts/linkerd-viz/
// templates/{tap,tap-injector}-rbac.yaml, jaeger/charts/linkerd-jaeger/templates/rbac.yaml.
type Webhook struct {
	// Key in status.webhooks and, but for jaeger, in the chart's values.
	Key   string
	Group Group
	// Values is the key in the chart's values.
	Values string
	// Secret (kubernetes.io/tls) that the webhook's pods mount.
	Secret string
	// ConfigKind and Config name the object whose caBundle the API server reads.
	ConfigKind, Config string
	// Deployments carry checksum/config over this webhook's template, one per
	// chart family that has it under another name.
	Deployments []string
	// since210: the charts of 2.10 have this webhook already.
	since210 bool
}

// of reports whether the charts of a family have this webhook.
func (w Webhook) of(f state.Family) bool { return w.since210 || f != state.Family210 }

const (
	kindMutating   = "MutatingWebhookConfiguration"
	kindValidating = "ValidatingWebhookConfiguration"
	kindAPIService = "APIService"
)

// webhooks is every webhook whose certificate the charts make up themselves.
var webhooks = []Webhook{
	{"proxyInjector", ControlPlane, "proxyInjector", "linkerd-proxy-injector-k8s-tls", kindMutating, "linkerd-proxy-injector-webhook-config", []string{"linkerd-proxy-injector"}, true},
	// 2.10 has a Deployment of its own for the profile validator; 2.11 moved it into linkerd-destination.
	{"profileValidator", ControlPlane, "profileValidator", "linkerd-sp-validator-k8s-tls", kindValidating, "linkerd-sp-validator-webhook-config", []string{"linkerd-destination", "linkerd-sp-validator"}, true},
	{"policyValidator", ControlPlane, "policyValidator", "linkerd-policy-validator-k8s-tls", kindValidating, "linkerd-policy-validator-webhook-config", []string{"linkerd-destination"}, false},
	{"tap", Viz, "tap", "tap-k8s-tls", kindAPIService, "v1alpha1.tap.linkerd.io", []string{"tap"}, true},
	{"tapInjector", Viz, "tapInjector", "tap-injector-k8s-tls", kindMutating, "linkerd-tap-injector-webhook-config", []string{"tap-injector"}, true},
	{"jaeger", Jaeger, "webhook", "jaeger-injector-k8s-tls", kindMutating, "linkerd-jaeger-injector-webhook-config", []string{"jaeger-injector"}, true},
}

// served is the text that checksum/config of a Deployment is taken over: what
// its listed webhooks serve and what the API server trusts. The private key is
// not in it: the certificate stands for it.
func (m *Material) served(deployment string) string {
	var b strings.Builder
	for _, w := range webhooks {
		material, listed := m.Webhooks[w.Key]
		if !listed || !slices.Contains(w.Deployments, deployment) {
			continue
		}
		b.WriteString(w.Key + "\n" + material.Certificate + "\n" + material.CABundle + "\n")
	}
	return b.String()
}

// KnownWebhooks lists the webhooks of every chart, in the order of their table.
func KnownWebhooks() []Webhook { return slices.Clone(webhooks) }
