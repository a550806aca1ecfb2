package render

import (
	"bytes"

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
	// Layout of the values that the chart is fed with; "" follows the state's issuerScheme.
	Layout Layout
}

// Manifests gives the PKI objects that the chart, fed with [Values] of the same
// layout, does not render: the trust roots under externalCA and, with keys, the
// issuer Secret (layout external) and the webhook Secrets that the values
// cannot carry. Documents begin with "---", in a fixed order, keys sorted.
func Manifests(in ManifestsInput) ([]byte, error) {
	m, err := NewMaterial(in.State, in.Keys)
	if err != nil {
		return nil, err
	}
	var objects []any
	if m.MakesTrustRoots() || in.All && m.family != state.Family210 {
		objects = append(objects, m.trustRoots(in.Annotate))
	} else if in.Annotate {
		return nil, problem.RenderNoAnnotate.With(trustRootsName)
	}
	if in.WithKeys {
		secrets, err := m.secrets(in)
		if err != nil {
			return nil, err
		}
		objects = append(objects, secrets...)
	}
	if len(objects) == 0 {
		return nil, problem.RenderNoManifests.With()
	}
	return marshalAll(objects)
}

// MakesTrustRoots: the chart leaves the trust roots to others.
func (m *Material) MakesTrustRoots() bool {
	return m.family != state.Family210 && m.State.Spec.Linkerd.ExternalCA
}

// secrets: the issuer's, then the webhooks' in the order of their table.
func (m *Material) secrets(in ManifestsInput) ([]any, error) {
	layout, err := LayoutOf(m.State, in.Layout)
	if err != nil {
		return nil, err
	}
	var objects []any
	if in.All || layout == External {
		secret, err := m.issuerSecret(layout)
		if err != nil {
			return nil, err
		}
		objects = append(objects, secret)
	}
	for _, w := range webhooks {
		material, listed := m.Webhooks[w.Key]
		if !listed || material.Certificate == "" || !w.of(m.family) || m.embeds(layout) && !in.All {
			continue
		}
		key, err := m.key("status.webhooks."+w.Key, material.KeyPath)
		if err != nil {
			return nil, err
		}
		objects = append(objects, m.secret(w.Group, w.Secret, component[w.Key], typeTLS, map[string]string{
			"tls.crt": material.Certificate, "tls.key": key,
		}))
	}
	return objects, nil
}

// typeTLS is the type of Secrets with tls.crt and tls.key.
const typeTLS = "kubernetes.io/tls"

// issuerSecret in the form that the layout's issuer scheme reads.
func (m *Material) issuerSecret(layout Layout) (any, error) {
	key, err := m.key(m.issuerPath(), m.State.Issuing().Key)
	if err != nil {
		return nil, err
	}
	if layout == Embedded {
		return m.secret(ControlPlane, issuerName, "identity", "Opaque", map[string]string{
			"crt.pem": m.issuerText(), "key.pem": key,
		}), nil
	}
	return m.secret(ControlPlane, issuerName, "identity", typeTLS, map[string]string{
		"tls.crt": m.issuerText(), "tls.key": key, "ca.crt": m.issuingAnchors(),
	}), nil
}

// component is the label linkerd.io/control-plane-component or `component` of
// the chart's own Secret.
var component = map[string]string{
	"proxyInjector":    "proxy-injector",
	"profileValidator": "destination",
	"policyValidator":  "destination",
	"tap":              "tap",
	"tapInjector":      "tap-injector",
	"jaeger":           "jaeger-injector",
}

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

func (m *Material) secret(g Group, name, component, kind string, text map[string]string) any {
	data := map[string]string{}
	for key, value := range text {
		data[key] = b64(value)
	}
	return map[string]any{
		"apiVersion": "v1",
		"kind":       "Secret",
		"metadata":   m.metadata(g, name, component),
		"type":       kind,
		"data":       data,
	}
}

// metadata carries the labels of the charts, so that Linkerd's own tools find
// the objects as if a chart had rendered them.
func (m *Material) metadata(g Group, name, component string) map[string]any {
	labels := map[string]string{"linkerd.io/extension": string(g), "component": component}
	if g == ControlPlane {
		labels = map[string]string{
			"linkerd.io/control-plane-component": component,
			"linkerd.io/control-plane-ns":        m.namespace(ControlPlane),
		}
	}
	return map[string]any{"name": name, "namespace": m.namespace(g), "labels": labels}
}

func marshalAll(objects []any) ([]byte, error) {
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
