package delivery_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestObjectsBeside: gate and trust bundles go with an output of kind manifests, or a
// person applies them. A trust bundle that nobody delivers is missing in a phase
// that changes the bundle; the gate is never, since it changes nothing in the mesh.
func TestObjectsBeside(t *testing.T) {
	s := &state.Rotation{}
	s.Spec.Linkerd.Version = "2.18"
	s.Spec.Gate = true
	s.Spec.TrustBundles = []state.TrustBundle{{Kind: state.KindClusterTrustBundle}}
	kinds := delivery.Kinds(true, false, false, false)
	all := delivery.Changed(delivery.Of(s, ""), delivery.Gate, delivery.TrustBundle)
	if len(all) != 2 || all[0].Name != "ClusterTrustBundle linkerd-trust-bundle" || all[1].Name != "RotationGate linkerd/l5d-pki-gate" {
		t.Fatalf("%+v", all)
	}
	for _, o := range all {
		if o.By != delivery.ByPerson || !strings.HasPrefix(o.Command, "l5d-pki-render manifests | kubectl apply") {
			t.Errorf("%+v", o)
		}
	}
	missing := delivery.Missing(delivery.Of(s, ""), kinds)
	if !slices.ContainsFunc(missing, func(o delivery.Object) bool { return o.Kind == delivery.TrustBundle }) || slices.ContainsFunc(missing, func(o delivery.Object) bool { return o.Kind == delivery.Gate }) {
		t.Errorf("%+v", missing)
	}
	s.Spec.Outputs = []state.Output{{Kind: state.OutputManifests, Path: "pki.yaml"}}
	for _, o := range delivery.Changed(delivery.Of(s, ""), delivery.Gate, delivery.TrustBundle) {
		if o.By != delivery.ByOutput || o.How != "spec.outputs[0] (manifests, pki.yaml)" {
			t.Errorf("%+v", o)
		}
	}
}
