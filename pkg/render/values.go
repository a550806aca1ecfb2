package render

import (
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// Layout says who delivers the issuer Secret.
type Layout string

// Layouts of [Values].
const (
	// External: the chart renders no issuer Secret (kubernetes.io/tls); anchors
	// stay in the values, no key does.
	External Layout = "external"
	// Embedded: the chart renders the issuer Secret from crtPEM and keyPEM
	// (linkerd.io/tls). Holds private keys: for a live host, never for Git.
	Embedded Layout = "embedded"
)

// ValuesInput is one call of [Values].
type ValuesInput struct {
	State *state.Rotation
	Keys  Keys
	// Layout; "" follows the state's issuerScheme.
	Layout Layout
	// Chart is ControlPlane, Viz or Jaeger; "" is ControlPlane.
	Chart Group
}

// NeedsKeys says whether Keys must be filled for this call.
func (in ValuesInput) NeedsKeys() bool {
	layout, err := LayoutOf(in.State, in.Layout)
	return err == nil && layout == Embedded
}

// ValuesOutput is Helm values and what their reader has to know.
type ValuesOutput struct {
	YAML []byte
	// NeedsManifests: the chart renders no webhook Secrets with these values;
	// [Manifests] delivers them.
	NeedsManifests bool
	// HoldsKeys: a private key stands in YAML.
	HoldsKeys bool
}

// Values gives the Helm values of the state's phase, one YAML document, keys
// sorted. Fed to the chart they give the same objects as [PostRender] of a
// render with the same webhook and heartbeat pins.
func Values(in ValuesInput) (ValuesOutput, error) {
	m, err := NewMaterial(in.State, in.Keys)
	if err != nil {
		return ValuesOutput{}, err
	}
	layout, err := LayoutOf(m.State, in.Layout)
	if err != nil {
		return ValuesOutput{}, err
	}
	if in.Chart == "" {
		in.Chart = ControlPlane
	}
	v := valuesWriter{Material: m, layout: layout, values: map[string]any{}}
	switch in.Chart {
	case ControlPlane:
		err = v.controlPlane()
	case Viz, Jaeger:
		err = v.webhooks(in.Chart)
	default:
		err = problem.RenderUnknownChart.With(string(in.Chart))
	}
	if err == nil && len(v.values) == 0 {
		err = problem.RenderNoValues.With(string(in.Chart))
	}
	if err != nil {
		return ValuesOutput{}, err
	}
	v.out.YAML, err = yaml.Marshal(v.values)
	return v.out, err
}

// Scheme is the identity.issuer.scheme that the layout means.
func (l Layout) Scheme() string {
	if l == External {
		return state.SchemeKubernetes
	}
	return state.SchemeLinkerd
}

// LayoutOf resolves what the caller asked for; "" follows the state's issuerScheme.
func LayoutOf(s *state.Rotation, asked Layout) (Layout, error) {
	switch asked {
	case External, Embedded:
		return asked, nil
	case "":
		if s.Spec.Linkerd.IssuerScheme == state.SchemeKubernetes {
			return External, nil
		}
		return Embedded, nil
	}
	return "", problem.RenderUnknownLayout.With(string(asked))
}

// embeds says whether webhook certificates and keys go into the values: charts
// of 2.12 to 2.18 refuse a caBundle without externalSecret
// (charts/partials/templates/_validate.tpl).
func (m *Material) embeds(layout Layout) bool {
	return layout == Embedded && m.traits.FreePins
}

// valuesWriter collects the values of one chart.
type valuesWriter struct {
	*Material
	layout Layout
	values map[string]any
	out    ValuesOutput
}

// controlPlane: the keys of charts/linkerd-control-plane/values.yaml (linkerd2 up to 2.11).
func (v *valuesWriter) controlPlane() error {
	issuer := map[string]any{}
	if v.layout == External {
		issuer["scheme"] = state.SchemeKubernetes
		v.out.NeedsManifests = true
	} else {
		key, err := v.key(v.issuerPath(), v.State.Issuing().Key)
		if err != nil {
			return err
		}
		issuer["scheme"] = state.SchemeLinkerd
		issuer["tls"] = map[string]any{"crtPEM": v.issuerText(), "keyPEM": key}
		v.out.HoldsKeys = true
	}
	if v.traits.IssuerExpiry {
		issuer["crtExpiry"] = v.issuerExpiry()
	}
	identity := map[string]any{"issuer": issuer}
	if v.traits.TrustRoots { // 2.10 knows no externalCA
		identity["externalCA"] = v.State.Spec.Linkerd.ExternalCA
	}
	v.values["identity"] = identity
	v.values["identityTrustAnchorsPEM"] = v.raw
	v.values["heartbeatSchedule"] = v.State.Spec.Linkerd.HeartbeatSchedule
	return v.webhooks(ControlPlane)
}

// webhooks pins the certificates of a chart's webhooks; where they cannot stand
// in the values, their Secrets come as manifests.
func (v *valuesWriter) webhooks(chart Group) error {
	embed := v.embeds(v.layout)
	for _, w := range webhooks {
		material, listed := v.Webhooks[w.Key]
		if !listed || w.Group != chart || !v.traits.Has(w.Key) {
			continue
		}
		pin := map[string]any{"externalSecret": true, "caBundle": material.CABundle}
		if embed && material.Certificate != "" {
			key, err := v.key("status.webhooks."+w.Key, material.KeyPath)
			if err != nil {
				return err
			}
			pin = map[string]any{"externalSecret": false, "caBundle": material.CABundle, "crtPEM": material.Certificate, "keyPEM": key}
			v.out.HoldsKeys = true
		} else if material.Certificate != "" {
			v.out.NeedsManifests = true
		}
		v.values[w.Values] = pin
	}
	return nil
}
