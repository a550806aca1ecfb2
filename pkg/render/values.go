package render

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
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
	layout, err := in.layout()
	return err == nil && layout == Embedded
}

// layout is the one of the call. Extensions have no issuer, so theirs says only
// whether the keys of their webhooks are in the values.
func (in ValuesInput) layout() (Layout, error) {
	extension := in.Chart == Viz || in.Chart == Jaeger
	if extension && (in.Layout == External || in.Layout == Embedded) {
		return in.Layout, nil
	}
	return LayoutOf(in.State, in.Layout)
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
	if in.Chart == "" {
		in.Chart = ControlPlane
	}
	layout, err := in.layout()
	if err != nil {
		return ValuesOutput{}, err
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
// It refuses a layout that means another scheme than the state's: the chart would
// start identity with the other scheme, and no Secret that the state delivers would
// have the keys that identity then reads.
func LayoutOf(s *state.Rotation, asked Layout) (Layout, error) {
	scheme := s.WithDefaults().Spec.Linkerd.IssuerScheme
	own := Embedded
	if scheme == state.SchemeKubernetes {
		own = External
	}
	switch asked {
	case "", own:
		return own, nil
	case External, Embedded:
		return "", problem.RenderLayoutScheme.With(string(asked), asked.Scheme(), scheme).On("spec.linkerd.issuerScheme")
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

// put sets a value by the name that `helm --set` gives it.
func (v *valuesWriter) put(name string, value any) {
	keys := strings.Split(name, ".")
	in := v.values
	for _, key := range keys[:len(keys)-1] {
		below, ok := in[key].(map[string]any)
		if !ok {
			below = map[string]any{}
			in[key] = below
		}
		in = below
	}
	in[keys[len(keys)-1]] = value
}

// controlPlane: the keys of charts/linkerd-control-plane/values.yaml (linkerd2 up to 2.11).
func (v *valuesWriter) controlPlane() error {
	if v.layout == External {
		v.put(linkerd.SchemeValue, state.SchemeKubernetes)
		v.out.NeedsManifests = true
	} else {
		key, err := v.key(v.issuerPath(), v.State.Issuing().Key)
		if err != nil {
			return err
		}
		v.put(linkerd.SchemeValue, state.SchemeLinkerd)
		v.put(linkerd.IssuerCertValue, v.issuerText())
		v.put(linkerd.IssuerKeyValue, key)
		v.out.HoldsKeys = true
	}
	if v.traits.IssuerExpiry {
		v.put(linkerd.IssuerExpiryValue, v.issuerExpiry())
	}
	if v.traits.TrustRoots { // 2.10 knows no externalCA
		v.put(linkerd.ExternalCAValue, v.State.Spec.Linkerd.ExternalCA)
	}
	v.put(linkerd.AnchorsValue, v.raw)
	v.put(linkerd.HeartbeatValue, v.State.Spec.Linkerd.HeartbeatSchedule)
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
