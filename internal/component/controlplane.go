package component

import (
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ControlPlane patches what carries the trust bundle as a field of its
// own. linkerd-config has it inside one string with all other values of the
// chart: a patch could only replace that string as a whole and would freeze the rest.
func ControlPlane(s *state.Rotation) ([]byte, error) {
	m, err := render.NewMaterial(s, nil)
	if err != nil {
		return nil, err
	}
	d := m.Delivered()
	if d.TrustRoots == "" && len(d.Annotations) == 0 {
		return nil, problem.OverlayNoControlPlane.With(nothingDelivered(m))
	}
	return overlay.ControlPlane{
		Namespace: m.State.Spec.Linkerd.Namespace, TrustRoots: d.TrustRoots, Annotations: d.Annotations,
	}.Patch(), nil
}

// nothingDelivered says why no field of its own carries the bundle.
func nothingDelivered(m *render.Material) string {
	if m.State.Spec.Linkerd.ExternalCA {
		return "identity.externalCA is true, and rollControlPlane is not"
	}
	return "charts of 2.10 write the bundle into every proxy"
}
