package rotation

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Mesh is what an observation says of the control plane as a whole. What is
// empty was not seen. Gates refuse an observation of another mesh than the state's;
// `check` reports the rest.
type Mesh struct {
	// Namespace of the control plane.
	Namespace string `json:"namespace,omitempty"`
	// TrustDomain that the control plane is configured with.
	TrustDomain string `json:"trustDomain,omitempty"`
	// Version of Linkerd, as linkerd-config has it.
	Version string `json:"version,omitempty"`
	// OtherControlPlanes are the namespaces of further control planes in the
	// cluster: their proxies are not in this observation.
	OtherControlPlanes []string `json:"otherControlPlanes,omitempty"`
}

// named is what tells a mesh from others.
func (m Mesh) named() pki.Identity {
	return pki.Identity{Namespace: m.Namespace, TrustDomain: m.TrustDomain}
}

// IsOf reports whether an observation is of a state's control plane, as far as it shows.
func (o *Observation) IsOf(s *state.Rotation) bool { return isPartOf(o.Mesh.named(), MeshOf(s)) }

// isPartOf reports whether a mesh is the wanted one, as far as it was observed.
func isPartOf(is, want pki.Identity) bool {
	return (is.Namespace == "" || is.Namespace == want.Namespace) && (is.TrustDomain == "" || is.TrustDomain == want.TrustDomain)
}

// NotShown lists what the observation does not show: groups of pods that were not
// seen whole, bundles and chains of pods, and what the control plane delivers.
func (o *Observation) NotShown() []string { return union(o.Unseen()) }

// Place says where a row's proxies are and how many: "shop/deploy/cart (3)".
func (e Endpoint) Place() string {
	where := e.Namespace
	if where == "" {
		where = e.Group
	}
	if e.Workload != "" {
		where = strings.Join([]string{where, e.Workload}, "/")
	}
	return fmt.Sprintf("%s (%d)", where, e.Pods())
}
