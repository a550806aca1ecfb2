package linkerd

import "time"

// What is read from a running mesh: ports, metrics, environment variables and
// arguments, as the sources of linkerd2 and linkerd2-proxy have them.
const (
	// TrustAnchorsEnv of the container linkerd-proxy is its bundle: a text in
	// injected pods, a reference to the ConfigMap in those of the control plane.
	TrustAnchorsEnv = "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS"
	// IdentityAnchorsEnv of the container that signs is its bundle up to 2.10, in
	// base64; later it is a file from the ConfigMap.
	IdentityAnchorsEnv = "LINKERD2_IDENTITY_TRUST_ANCHORS"
	// ProxyAdminPort serves /metrics and /env.json of a proxy. The name of the port
	// differs between releases.
	ProxyAdminPort = 4191
	// ProxyEnvPath is there from the proxy of 2.12.
	ProxyEnvPath = "/env.json"
	// ControllerAdminPort serves /metrics of the control plane's own containers.
	// It is `admin-http` up to 2.18 and `ident-admin` in 2.20.
	ControllerAdminPort = 9990
	MetricsPath         = "/metrics"
	// IssuerTTLMetric of identity (2.18 and later) counts down to the end of the
	// issuer that the replica signs with.
	IssuerTTLMetric = "issuer_cert_ttl_seconds"

	// IdentityContainer is the container of Deployment linkerd-identity that signs.
	IdentityContainer = "identity"

	// Events of Deployment linkerd-identity (linkerd2: pkg/identity/service.go).
	EventIssuerUpdated = "IssuerUpdated"
	EventIssuerSkipped = "IssuerUpdateSkipped"
	EventIssuerInvalid = "IssuerValidationFailed"

	ComponentIdentity = "identity"
	ComponentInjector = "proxy-injector"

	// Gateway is the Deployment of linkerd-multicluster that other clusters reach.
	Gateway = "linkerd-gateway"
	// InjectorCreated begins the annotation CreatedBy of pods that the injector
	// changed; `linkerd inject` writes another.
	InjectorCreated = "linkerd/proxy-injector"

	// ConfigValues is the field of linkerd-config with the chart's values.
	ConfigValues = "values"

	// ExternalWorkloads is the collection of workloads outside of the cluster (2.15 and later).
	ExternalWorkloads      = "externalworkloads"
	ExternalWorkloadsGroup = "workload.linkerd.io"
	ExternalWorkloadsAPI   = "v1beta1"
)

// MountLag is how long a ConfigMap takes at most to reach the files of a running
// pod: the kubelet's period of a minute, its cache, and room for both.
const MountLag = 3 * time.Minute

// LeafMetrics are the names of a proxy's metrics about its leaf.
type LeafMetrics struct {
	// Since is the first release whose proxies have them.
	Since Release
	// Expires is when the leaf expires, Refreshed when it was last renewed, both in
	// seconds since 1970. Refreshed is "" where there is no such metric.
	Expires, Refreshed string
}

// LeafMetricsTable has a row per change of the names, the newest first. Pods keep
// the proxy that they started with, so every row may be met in one mesh.
var LeafMetricsTable = []LeafMetrics{
	// linkerd2-proxy 2.227
	{Release{[3]int{2, 16, 0}, [3]int{24, 4, 3}}, "control_identity_cert_expiration_timestamp_seconds", "control_identity_cert_refresh_timestamp_seconds"},
	// linkerd2-proxy 2.220
	{Release{[3]int{2, 15, 0}, [3]int{24, 1, 1}}, "identity_cert_expiration_timestamp_seconds", "identity_cert_refresh_timestamp_seconds"},
	{Release{[3]int{2, 10, 0}, [3]int{21, 2, 4}}, "identity_cert_expiration_timestamp_seconds", ""},
}

// issuerMetricSince: identity exports IssuerTTLMetric. It came with an edge
// release between 2.17 and 2.18; edges before 2.18's own are taken to lack it.
var issuerMetricSince = Release{[3]int{2, 18, 0}, [3]int{25, 4, 4}}

// HasIssuerMetric reports whether identity exports [IssuerTTLMetric].
func (v Version) HasIssuerMetric() bool { return v.since(issuerMetricSince) }
