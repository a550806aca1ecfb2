package observe

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// Reading is everything that was read of one cluster, in the order of reading.
type Reading struct {
	// Cluster is the name that the observation gets, Namespace the control plane's.
	Cluster, Namespace string
	Known              Known
	// TrustRoots and Config are nil if they could not be read. NoTrustRoots: the API
	// server says that the first does not exist, as in 2.10.
	TrustRoots, Config *ConfigMap
	NoTrustRoots       bool
	// Served is the API server's clock when the ConfigMaps were read.
	Served time.Time
	// Injectors are the pods of the proxy injector, Identities those of identity, as
	// they were when the ConfigMaps had been read; nil if they were not read.
	Injectors, Identities []Pod
	// Replicas are the answers of identity replicas, by UID of the pod.
	Replicas map[string]Reply
	// ProxyBundles are the bundles (PEM) that proxies of the control plane name
	// themselves, by UID.
	ProxyBundles map[string]string
	// Pods are all meshed pods; Listed is false if they could not be listed.
	Pods   []Pod
	Listed bool
	// Texts are the bundles (PEM) of pods with an annotation of that hash.
	Texts map[string]string
	// OtherControlPlanes are the namespaces of further control planes in the cluster.
	OtherControlPlanes []string
	// Events are of Deployment linkerd-identity.
	Events []Event
	// Samples are of Prometheus.
	Samples []Sample
	// Externals is the number of external workloads, nil if unknown.
	Externals *int
	// Hooks are the webhooks whose configuration exists, by key.
	Hooks map[string]WebhookConfiguration
	// Presented are the certificates (PEM, the leaf first) that proxies presented, and
	// Certified those that identity replicas signed for this reading, by UID.
	Presented, Certified map[string]string
	// ServedBy are the certificates (PEM) that pods of webhooks present, by key and UID.
	ServedBy map[string]map[string]string
	// Injected is the bundle (PEM) that the injector gave a pod that was never made; ""
	// if it was not asked.
	Injected string
	// Gaps are what could not be read, and why.
	Gaps []Gap
	// At is the end of the reading.
	At time.Time
	// parsed, if set, are chains that were parsed before, by their text.
	parsed map[string]pki.Chain
}

// chain parses a chain that the cluster has.
func (r *Reading) chain(pem string) pki.Chain {
	if chain, known := r.parsed[pem]; known {
		return chain
	}
	chain, err := pki.ReadChain([]byte(pem))
	if err != nil {
		chain = nil
	}
	if r.parsed != nil {
		r.parsed[pem] = chain
	}
	return chain
}

// Reply is what an identity replica answered.
type Reply struct {
	// Metrics is its /metrics, and At its clock when it answered.
	Metrics []byte
	At      time.Time
}

// Gap is something that the observation does not show, with the reason.
type Gap struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

func (g Gap) String() string { return g.What + ": " + g.Why }
