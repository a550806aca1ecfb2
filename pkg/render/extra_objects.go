package render

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/gate"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// gate is the gate object and its definition, where the state asks for them. The
// streams that deliver Secrets by hand do not have them: kubectl fails once on a
// kind that the same stream defines.
func (m *Material) gate(in ManifestsInput) ([]byte, error) {
	if !m.State.Spec.Gate || in.WithKeys || in.BothSchemes {
		return nil, nil
	}
	text, err := Documents(gate.Object(m.State))
	return slices.Concat(gate.CRD, text), err
}

// trustBundles are the objects with the trust bundle for others than Linkerd. The
// Bundle that writes Linkerd's own ConfigMap is the custody's matter.
func (m *Material) trustBundles(in ManifestsInput) (objects []any) {
	if in.BothSchemes {
		return nil
	}
	for _, b := range m.State.WithDefaults().Spec.TrustBundles {
		objects = append(objects, trustBundleObjects[b.Kind](b, m.bundleText()+"\n"))
	}
	return objects
}

// trustBundleKey is the field of the ConfigMaps that trust-manager makes. It is not
// Linkerd's: a Bundle with that one looks like Linkerd's own under a wrong name.
const trustBundleKey = "trust-bundle.pem"

// trustBundleObjects make the object of each kind.
var trustBundleObjects = map[string]func(b state.TrustBundle, pem string) any{
	// k8s.io/api certificates/v1 and v1beta1: without a signer's name any PEM of CAs.
	state.KindClusterTrustBundle: func(b state.TrustBundle, pem string) any {
		return trustBundle("certificates.k8s.io/"+b.Version, b, map[string]any{"trustBundle": pem})
	},
	// trust-manager pkg/apis/trust/v1alpha1
	state.KindBundle: func(b state.TrustBundle, pem string) any {
		return trustBundle("trust.cert-manager.io/v1alpha1", b, map[string]any{
			"sources": []any{map[string]any{"inLine": pem}},
			"target":  map[string]any{"configMap": map[string]any{"key": trustBundleKey}},
		})
	},
	// trust-manager pkg/apis/trustmanager/v1alpha2, whose selector is required
	state.KindClusterBundle: func(b state.TrustBundle, pem string) any {
		return trustBundle("trust-manager.io/v1alpha2", b, map[string]any{
			"inLineCAs": pem,
			"target": map[string]any{
				"configMap":         map[string]any{"data": []any{map[string]any{"key": trustBundleKey}}},
				"namespaceSelector": map[string]any{},
			},
		})
	},
}

func trustBundle(apiVersion string, b state.TrustBundle, spec map[string]any) any {
	return map[string]any{
		"apiVersion": apiVersion,
		"kind":       b.Kind,
		"metadata":   map[string]any{"name": b.Name, "labels": map[string]string{linkerd.Component: "identity"}},
		"spec":       spec,
	}
}
