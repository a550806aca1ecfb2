package linkerd

import "slices"

// Group is a set of objects that a chart renders together. A stream may hold
// any of them; a group that is not there is no error.
type Group string

// The groups.
const (
	ControlPlane Group = "control-plane"
	Viz          Group = "viz"
	Jaeger       Group = "jaeger"
	Multicluster Group = "multicluster"
	Workloads    Group = "workloads"
)

// Webhook keys, as the Linkerd charts name them in their values:
// charts/linkerd-control-plane/values.yaml, viz/charts/linkerd-viz/values.yaml
// and, up to 2.18, jaeger/charts/linkerd-jaeger/values.yaml (there: webhook).
const (
	ProxyInjector    = "proxyInjector"
	ProfileValidator = "profileValidator"
	PolicyValidator  = "policyValidator" // not on 2.10
	Tap              = "tap"
	TapInjector      = "tapInjector"
	JaegerInjector   = "jaeger"
)

// Kinds whose caBundle the API server reads.
const (
	Mutating   = "MutatingWebhookConfiguration"
	Validating = "ValidatingWebhookConfiguration"
	APIService = "APIService"
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
	// Service that the API server calls (clientConfig.service.name and, for tap,
	// the APIService's).
	Service string
	// Component is the label linkerd.io/control-plane-component or `component` of
	// the chart's own Secret.
	Component string
	// Secret (kubernetes.io/tls) that the webhook's pods mount.
	Secret string
	// ConfigKind and Config name the object whose caBundle the API server reads.
	ConfigKind, Config string
	// Deployments carry checksum/config over this webhook's template, one per
	// chart family that has it under another name.
	Deployments []string
}

// Webhooks is every webhook whose certificate the charts make up themselves.
var Webhooks = []Webhook{
	{ProxyInjector, ControlPlane, ProxyInjector, DeploymentInjector, "proxy-injector", "linkerd-proxy-injector-k8s-tls", Mutating,
		"linkerd-proxy-injector-webhook-config", []string{DeploymentInjector}},
	// 2.10 has a Deployment of its own for the profile validator; 2.11 moved it into linkerd-destination.
	{ProfileValidator, ControlPlane, ProfileValidator, ProfileService, "destination", "linkerd-sp-validator-k8s-tls", Validating,
		"linkerd-sp-validator-webhook-config", []string{DeploymentDestination, ProfileService}},
	{PolicyValidator, ControlPlane, PolicyValidator, PolicyService, "destination", PolicySecret, Validating,
		"linkerd-policy-validator-webhook-config", []string{DeploymentDestination}},
	{Tap, Viz, "tap", "tap", "tap", TapSecret, APIService, "v1alpha1.tap.linkerd.io", []string{"tap"}},
	{TapInjector, Viz, "tapInjector", "tap-injector", "tap-injector", "tap-injector-k8s-tls", Mutating, "linkerd-tap-injector-webhook-config",
		[]string{"tap-injector"}},
	{JaegerInjector, Jaeger, "webhook", "jaeger-injector", "jaeger-injector", "jaeger-injector-k8s-tls", Mutating,
		"linkerd-jaeger-injector-webhook-config", []string{"jaeger-injector"}},
}

// WebhookOf finds a webhook by its key.
func WebhookOf(key string) (Webhook, bool) {
	i := slices.IndexFunc(Webhooks, func(w Webhook) bool { return w.Key == key })
	if i < 0 {
		return Webhook{}, false
	}
	return Webhooks[i], true
}

// ServiceOf is the Service of a webhook; "" if there is no such webhook.
func ServiceOf(key string) string {
	w, _ := WebhookOf(key)
	return w.Service
}
