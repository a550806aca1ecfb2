package render

import (
	"bytes"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// ManifestsInput is one call of [Manifests].
type ManifestsInput struct {
	State *state.Rotation
	Keys  Keys
	// WithKeys adds the Secrets; the output is then for a live host, never for Git.
	WithKeys bool
	// All adds the objects that the chart renders itself.
	All bool
	// Annotate is that of [Input], for the trust roots.
	Annotate bool
	// Layout of the values that the chart is fed with: Secrets that it then renders
	// itself are left out. "": the chart renders no Secret.
	Layout Layout
	// BothSchemes gives the issuer's Secret alone, with the fields of both issuer
	// schemes, for moving a mesh from one to the other.
	BothSchemes bool
	// Apart, if not nil, has what stands in the place of the Secrets with private
	// keys: all of them, since a chart without keys renders none. Beside are the
	// custody's further objects, among them what delivers the trust roots under
	// externalCA. Both go before WithKeys.
	Apart  Apart
	Beside []byte
}

// Manifests gives the PKI objects that the chart, fed with [Values] of the same
// layout, does not render: the trust roots under externalCA and, with keys, the
// Secrets of issuer and webhooks that the values do not carry; without a layout
// all of them, in the form of the state's issuer scheme. Documents begin with
// "---", in a fixed order, keys sorted.
func Manifests(in ManifestsInput) ([]byte, error) {
	m, err := NewMaterial(in.State, in.Keys)
	if err != nil {
		return nil, err
	}
	var objects []any
	if m.MakesTrustRoots() && in.Beside == nil && !in.BothSchemes || in.All && m.traits.TrustRoots {
		objects = append(objects, m.trustRoots(in.Annotate))
	} else if in.Annotate {
		return nil, problem.RenderNoAnnotate.With(trustRootsName)
	}
	objects = append(objects, m.trustBundles(in)...)
	var standIns []byte
	switch {
	case in.Apart != nil:
		standIns, err = m.standIns(in)
	case in.WithKeys:
		var secrets []any
		secrets, err = m.secrets(in.Layout, in.BothSchemes, func(s KeySecret, layout Layout) bool {
			return in.All || in.BothSchemes && s.Webhook == "" || !in.BothSchemes && (in.Layout == "" || !m.chartRenders(s, layout))
		})
		objects = append(objects, secrets...)
	}
	if err != nil {
		return nil, err
	}
	gate, err := m.gate(in)
	if err != nil {
		return nil, err
	}
	if len(objects) == 0 && len(standIns) == 0 && gate == nil {
		return nil, problem.RenderNoManifests.With()
	}
	text, err := Documents(objects...)
	return slices.Concat(text, standIns, gate), err
}

// standIns: what stands in the Secrets' places, in their order, and the rest.
func (m *Material) standIns(in ManifestsInput) ([]byte, error) {
	var problems problem.List
	var text []byte
	for _, s := range m.SealedSecrets("") {
		problems.Add(in.Apart[s.SecretID].Err)
		text = append(text, in.Apart[s.SecretID].Text...)
	}
	return append(text, in.Beside...), problems.Err()
}

// MakesTrustRoots reports whether the chart leaves the trust roots to others.
func (m *Material) MakesTrustRoots() bool {
	return m.traits.TrustRoots && m.State.Spec.Linkerd.ExternalCA
}

// LeftSecrets gives, with their keys, the Secrets of some groups that their
// charts, fed with [Values] of the layout, do not render. Documents begin with "---".
func (m *Material) LeftSecrets(layout Layout, groups []Group) ([]byte, error) {
	objects, err := m.secrets(layout, false, func(s KeySecret, layout Layout) bool {
		return slices.Contains(groups, s.Group()) && !m.chartRenders(s, layout)
	})
	if err != nil {
		return nil, err
	}
	return Documents(objects...)
}

// secrets: the issuer's, then the webhooks' in the order of their table, as far
// as they are wanted.
func (m *Material) secrets(layout Layout, both bool, wanted func(KeySecret, Layout) bool) ([]any, error) {
	layout, err := LayoutOf(m.State, layout)
	if err != nil {
		return nil, err
	}
	list := m.KeySecrets(layout)
	if both {
		list = m.SealedSecrets(layout)
	}
	var objects []any
	for _, s := range list {
		if !wanted(s, layout) {
			continue
		}
		key, err := m.key(s.Where, s.KeyPath)
		if err != nil {
			return nil, err
		}
		objects = append(objects, s.object(key))
	}
	return objects, nil
}

// chartRenders says whether the chart, fed with the values of the layout,
// renders this Secret itself.
func (m *Material) chartRenders(s KeySecret, layout Layout) bool {
	if s.Webhook == "" {
		return layout == Embedded
	}
	return m.embeds(layout)
}

// Types of Secrets: with tls.crt and tls.key, and with any fields.
const (
	typeTLS    = linkerd.SchemeKubernetes
	typeOpaque = "Opaque"
)

func (m *Material) trustRoots(annotate bool) any {
	metadata := m.metadata(ControlPlane, trustRootsName, "identity")
	if annotate {
		annotations := map[string]string{}
		for _, a := range m.trustRootsHints() {
			annotations[a[0]] = a[1]
		}
		metadata["annotations"] = annotations
	}
	return map[string]any{
		"apiVersion": "v1",
		"kind":       "ConfigMap",
		"metadata":   metadata,
		"data":       map[string]string{trustRootsKey: m.bundleText()},
	}
}

// metadata carries the labels of the charts, so that Linkerd's own tools find
// the objects as if a chart had rendered them.
func (m *Material) metadata(g Group, name, component string) map[string]any {
	return map[string]any{"name": name, "namespace": m.namespace(g), "labels": m.labels(g, component)}
}

func (m *Material) labels(g Group, component string) map[string]string {
	if g == ControlPlane {
		return map[string]string{
			linkerd.Component:      component,
			linkerd.ControlPlaneNS: m.namespace(ControlPlane),
		}
	}
	return map[string]string{linkerd.Extension: string(g), "component": component}
}

// Documents are objects as YAML documents, each of which begins with "---".
func Documents(objects ...any) ([]byte, error) {
	var out bytes.Buffer
	for _, o := range objects {
		text, err := yaml.Marshal(o)
		if err != nil {
			return nil, err
		}
		out.WriteString("---\n")
		out.Write(text)
	}
	return out.Bytes(), nil
}
