package rotation

import (
	"fmt"
	"strings"
)

// Mesh is what an observation says of the control plane as a whole. What is
// empty was not seen. No gate reads it; `check` does.
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
