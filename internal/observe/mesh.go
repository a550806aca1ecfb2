package observe

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// addMesh says what the control plane is as a whole.
func (b *builder) addMesh() {
	b.o.Mesh = rotation.Mesh{Namespace: b.Namespace, OtherControlPlanes: slices.Clone(b.OtherControlPlanes)}
	if values := b.values(); values != nil {
		b.o.Mesh.TrustDomain = TrustDomain(b.Config)
		b.o.Mesh.Version = values.Lookup(manifest.At(linkerd.VersionValue)).Value()
	}
	slices.Sort(b.o.Mesh.OtherControlPlanes)
	b.o.Mesh.OtherControlPlanes = slices.Compact(b.o.Mesh.OtherControlPlanes)
}

// ControlPlanes are the namespaces of the control planes that pods of identity are
// of, but for the one that is observed.
func ControlPlanes(pods []PodObject, observed string) (others []string) {
	for _, p := range pods {
		if m := p.Metadata; m.Labels[linkerd.ControlPlaneNS] == m.Namespace && m.Namespace != observed && named(m.Namespace) != "" {
			others = append(others, m.Namespace)
		}
	}
	return others
}
