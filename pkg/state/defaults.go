package state

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// Defaults of spec. They are applied by [Rotation.WithDefaults] only, so writing
// a state file back never spells out what its owner left out.
const (
	DefaultNamespace             = linkerd.Namespace
	DefaultTrustDomain           = "cluster.local"
	DefaultHeartbeatSchedule     = "0 0 * * *"
	DefaultVizNamespace          = linkerd.VizNamespace
	DefaultJaegerNamespace       = linkerd.JaegerNamespace
	DefaultMulticlusterNamespace = linkerd.MulticlusterNamespace

	DefaultTrustNamespace  = "cert-manager"      // its own; ClusterIssuers read their Secrets there
	DefaultRefreshInterval = Duration(time.Hour) // external-secrets.io/v1

	DefaultValuesKey = "values.yaml" // helm-controller: valuesFrom[].valuesKey

	DefaultLeafLifetime    = Duration(24 * time.Hour)   // charts/linkerd-control-plane/values.yaml: identity.issuer.issuanceLifetime
	DefaultClockSkew       = Duration(20 * time.Second) // charts/linkerd-control-plane/values.yaml: identity.issuer.clockSkewAllowance
	DefaultAnchorValidity  = Duration(10 * 365 * day)
	DefaultIssuerValidity  = Duration(365 * day)
	DefaultWebhookValidity = Duration(365 * day)
)

// WithDefaults is a copy of r in which every field of spec that has a default
// and is absent has it. Renderers and moves read this; only r itself is written.
func (r *Rotation) WithDefaults() *Rotation {
	c := r.Clone()
	l := &c.Spec.Linkerd
	orDefault(&l.Namespace, DefaultNamespace)
	orDefault(&l.TrustDomain, DefaultTrustDomain)
	orDefault(&l.IssuerScheme, c.scheme())
	orDefault(&l.HeartbeatSchedule, DefaultHeartbeatSchedule)
	orDefault(&l.VizNamespace, DefaultVizNamespace)
	orDefault(&l.JaegerNamespace, DefaultJaegerNamespace)
	orDefault(&l.MulticlusterNamespace, DefaultMulticlusterNamespace)
	orDefault(&c.Spec.Leaf.Lifetime, DefaultLeafLifetime)
	orDefault(&c.Spec.Leaf.ClockSkew, DefaultClockSkew)
	orDefault(&c.Spec.Validity.Anchor, DefaultAnchorValidity)
	orDefault(&c.Spec.Validity.Issuer, DefaultIssuerValidity)
	orDefault(&c.Spec.Validity.Webhook, DefaultWebhookValidity)
	orDefault(&c.Spec.Custody.Kind, CustodyAge)
	c.Spec.Custody.fill(c.Spec.Validity)
	for i := range c.Spec.Outputs {
		c.Spec.Outputs[i].fill(l)
	}
	for i := range c.Spec.TrustBundles {
		c.Spec.TrustBundles[i].fill()
	}
	return c
}

// scheme is the issuer scheme of a state that names none: the chart's own, or
// the one that values without keys need. Adoption always names the mesh's.
func (r *Rotation) scheme() string {
	for _, o := range r.Spec.Outputs {
		if o.IsValuesOf(ChartControlPlane) {
			return SchemeKubernetes
		}
	}
	return SchemeLinkerd
}

// IsValuesOf reports whether an output holds the Helm values of a chart.
func (o Output) IsValuesOf(chart string) bool {
	return (o.Kind == OutputValues || o.Kind == OutputHelmValues) && (o.Chart == chart || o.Chart == "" && chart == ChartControlPlane)
}

// fill gives the custody the defaults of its kind.
func (c *Custody) fill(v Validity) {
	switch c.Kind {
	case CustodyExternalSecret:
		orDefault(&c.StoreKind, StoreNamespaced)
		orDefault(&c.RefreshInterval, DefaultRefreshInterval)
	case CustodyCertManager:
		orDefault(&c.TrustNamespace, DefaultTrustNamespace)
		orDefault(&c.RenewBefore, v.Issuer/3) // as cert-manager does
	}
}

// fill gives an output the defaults of its kind.
func (o *Output) fill(l *Linkerd) {
	switch o.Kind {
	case OutputValues:
		orDefault(&o.Layout, LayoutExternal)
		orDefault(&o.Chart, ChartControlPlane)
	case OutputComponent:
		if o.For == "" {
			orDefault(&o.Select, SelectAll)
		}
	case OutputHelmValues:
		orDefault(&o.Chart, ChartControlPlane)
		orDefault(&o.Object, ObjectConfigMap)
		orDefault(&o.Key, DefaultValuesKey)
		orDefault(&o.Namespace, map[string]string{ChartControlPlane: l.Namespace, ChartViz: l.VizNamespace,
			ChartJaeger: l.JaegerNamespace}[o.Chart])
	}
}

func orDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
