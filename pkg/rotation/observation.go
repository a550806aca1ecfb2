package rotation

import "time"

// ObservationKind and ObservationVersion head every observation. The first form
// has the version of state files, [state.APIVersion], and is still read.
const (
	ObservationKind    = "Observation"
	ObservationVersion = "l5d-pki-render/v1alpha2"
)

// Observation is what a collector, or a person, saw in one live cluster at one
// instant: bundles held, chains served and issuers loaded, by fingerprint. It
// is a document of its own (YAML or JSON, read strictly by [ParseObservation]).
//
// What is absent was not seen, and what was not seen is unknown: an endpoint
// row without a chain says nothing of its leaf. The fields without a key belong
// to the second form, which is written as an [observationDocument].
type Observation struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Cluster is the name of the rotation (metadata.name) or of the link.
	Cluster string `json:"cluster"`
	// At is when the last fact was seen, RFC 3339 UTC.
	At string `json:"at"`
	// Covers lists the groups that were seen whole: control-plane, identity,
	// proxies, gateways, extensions, external-workloads. A covered group without
	// rows has no members. The second form counts instead: see Coverage.
	Covers []string `json:"covers"`
	// Coverage has the number of pods of each group; a group that is not listed
	// was not counted.
	Coverage []Coverage `json:"-"`
	// Facts say how each fact was found.
	Facts []Fact `json:"-"`
	// Mesh is the control plane as a whole.
	Mesh Mesh `json:"-"`
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
	// hearsay: see [Observation.Uncovered].
	hearsay bool `json:"-"`
}

// Delivery is what endpoints that start now are given.
type Delivery struct {
	// TrustRoots is ConfigMap linkerd-identity-trust-roots: fingerprints.
	TrustRoots []string `json:"trustRoots,omitempty"`
	// Injectors has one row per replica of linkerd-proxy-injector: kubelet
	// updates each mount on its own, a minute or two after the ConfigMap.
	Injectors []Injector `json:"injectors,omitempty"`
	// TrustRootsChanged is when the ConfigMap last changed, RFC 3339 UTC.
	TrustRootsChanged string `json:"-"`
	// Issuer is the chain in Secret linkerd-identity-issuer, the issuer first, and
	// IssuerChanged when it last changed.
	Issuer        []string `json:"-"`
	IssuerChanged string   `json:"-"`
}

// Fact is the source of one kind of fact in the observation.
type Fact struct {
	// Fact is one of FactNames; Group limits it to one group of pods.
	Fact  string `json:"fact"`
	Group string `json:"group,omitempty"`
	// Source is where it was read, in a few words, such as "pod annotation".
	Source string `json:"source"`
	// Exactness is ExactFact or InferredFact.
	Exactness string `json:"exactness"`
}

// How well a fact is known.
const (
	ExactFact    = "exact"    // read where it is in force
	InferredFact = "inferred" // concluded from something else, such as the age of a ConfigMap
)

// FactNames are what a source can be given for.
var FactNames = []string{"trust-roots", "issuer-secret", "injectors", "identity-bundles", "issuers", "bundles", "chains", "leaves",
	"ca-bundles", "webhook-chains", "pods"}

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
	// NoChain: the proxies have just started and serve no chain yet.
	NoChain bool `json:"-"`
	// Leaf is when the leaves of these proxies expire and were last refreshed.
	Leaf LeafTimes `json:"-"`
}

// LeafTimes are the dates of the leaves of a set of proxies, where known.
type LeafTimes struct {
	Expires   Span `json:"expires,omitzero"`
	Refreshed Span `json:"refreshed,omitzero"`
}

// Span is the earliest and the latest of some instants, RFC 3339 UTC.
type Span struct {
	First string `json:"first"`
	Last  string `json:"last"`
}

// Hook is one webhook: what the API server trusts and what the pods serve.
type Hook struct {
	// Name as in status.webhooks: proxyInjector, profileValidator, ...
	Name     string   `json:"name"`
	CABundle []string `json:"caBundle,omitempty"`
	Served   []string `json:"served,omitempty"`
	// Pods is how many pods answer for the webhook, and Serving what each of those
	// that were seen serves.
	Pods    int       `json:"-"`
	Serving []Serving `json:"-"`
}

// Serving is a number of webhook pods that serve the same chain.
type Serving struct {
	Chain []string
	Count int
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
	// GroupInjectors is the replicas of linkerd-proxy-injector, whose mounts the
	// second form counts apart from their proxies.
	GroupInjectors = "injectors"
)

// Groups is every group, in the order of reports.
var Groups = []string{GroupControlPlane, GroupIdentity, GroupProxies, GroupGateways, GroupExtensions, GroupExternal}

// at is the instant of a validated observation.
func (o *Observation) at() time.Time {
	t, _ := time.Parse(time.RFC3339, o.At)
	return t
}

// Pods is the number of proxies in a row.
func (e Endpoint) Pods() int { return max(e.Count, 1) }
