package rotation

import (
	"slices"
	"time"
)

// ObservationKind heads every observation.
const ObservationKind = "Observation"

// Observation is what a collector, or a person, saw in one live cluster at one
// instant: bundles held, chains served and issuers loaded, by fingerprint. It
// is a document of its own (YAML or JSON, read strictly by [ParseObservation]).
//
// What is absent was not seen, and what was not seen is unknown: an endpoint
// row without a chain says nothing of its leaf.
type Observation struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Cluster is the name of the rotation (metadata.name) or of the link.
	Cluster string `json:"cluster"`
	// At is when the last fact was seen, RFC 3339 UTC.
	At string `json:"at"`
	// Covers lists the groups that were seen whole: control-plane, identity,
	// proxies, gateways, extensions, external-workloads. A covered group without
	// rows has no members.
	Covers []string `json:"covers"`
	// Certificates (PEM) of fingerprints that no state file knows, such as the
	// issuer of a linked cluster.
	Certificates string `json:"certificates,omitempty"`
	// ControlPlane is what the control plane delivers.
	ControlPlane Delivery `json:"controlPlane,omitzero"`
	// Identity has one row per replica of linkerd-identity.
	Identity []Replica `json:"identity,omitempty"`
	// Endpoints has one row per set of proxies that hold and serve the same.
	Endpoints []Endpoint `json:"endpoints,omitempty"`
	Webhooks  []Hook     `json:"webhooks,omitempty"`
}

// Delivery is what endpoints that start now are given.
type Delivery struct {
	// TrustRoots is ConfigMap linkerd-identity-trust-roots: fingerprints.
	TrustRoots []string `json:"trustRoots,omitempty"`
	// Injectors has one row per replica of linkerd-proxy-injector: kubelet
	// updates each mount on its own, a minute or two after the ConfigMap.
	Injectors []Injector `json:"injectors,omitempty"`
}

// Injector is one replica of the proxy injector and the bundle in its mount.
type Injector struct {
	Pod    string   `json:"pod"`
	Bundle []string `json:"bundle"`
}

// Replica is one replica of identity: the bundle it loaded at its start and the
// issuer chain that it signs with (linkerd-identity, issuer_cert_ttl_seconds).
type Replica struct {
	Pod    string   `json:"pod"`
	Bundle []string `json:"bundle,omitempty"`
	Issuer []string `json:"issuer,omitempty"`
}

// Endpoint is a set of proxies with the same bundle and the same chain.
type Endpoint struct {
	// Group is one of the groups of Covers, but not identity.
	Group     string `json:"group"`
	Namespace string `json:"namespace,omitempty"`
	Workload  string `json:"workload,omitempty"`
	// Bundle: fingerprints of the anchors held. Absent: not seen.
	Bundle []string `json:"bundle,omitempty"`
	// Chain: fingerprints served below the leaf, the issuer first. Absent: not seen.
	Chain []string `json:"chain,omitempty"`
	// Count of proxies; absent is one.
	Count int `json:"count,omitempty"`
}

// Hook is one webhook: what the API server trusts and what the pods serve.
type Hook struct {
	// Name as in status.webhooks: proxyInjector, profileValidator, ...
	Name     string   `json:"name"`
	CABundle []string `json:"caBundle,omitempty"`
	Served   []string `json:"served,omitempty"`
}

// Groups of endpoints. GroupControlPlane is the proxies of the control plane
// and what it delivers, GroupIdentity the identity replicas.
const (
	GroupControlPlane = "control-plane"
	GroupIdentity     = "identity"
	GroupProxies      = "proxies"
	GroupGateways     = "gateways"
	GroupExtensions   = "extensions"
	GroupExternal     = "external-workloads"
)

// Groups is every group, in the order of reports.
var Groups = []string{GroupControlPlane, GroupIdentity, GroupProxies, GroupGateways, GroupExtensions, GroupExternal}

// covers tells whether the group was seen whole.
func (o *Observation) covers(group string) bool { return slices.Contains(o.Covers, group) }

// missing lists the groups that were not seen whole.
func (o *Observation) missing() []string {
	var groups []string
	for _, g := range Groups {
		if !o.covers(g) {
			groups = append(groups, g)
		}
	}
	return groups
}

// at is the instant of a validated observation.
func (o *Observation) at() time.Time {
	t, _ := time.Parse(time.RFC3339, o.At)
	return t
}

// count is the number of proxies in a row.
func (e Endpoint) count() int { return max(e.Count, 1) }
