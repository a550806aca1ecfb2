// Package linkerd is what this tool knows about Linkerd: versions and what their
// charts do, webhooks, and the names of objects, keys and annotations.
package linkerd

// Objects of the control plane, with their chart paths.
const (
	Config       = "linkerd-config"               // charts/linkerd-control-plane/templates/config.yaml
	TrustRoots   = "linkerd-identity-trust-roots" // charts/linkerd-control-plane/templates/identity.yaml
	IssuerSecret = "linkerd-identity-issuer"      // the same
	Heartbeat    = "linkerd-heartbeat"            // charts/linkerd-control-plane/templates/heartbeat.yaml
	PolicySecret = "linkerd-policy-validator-k8s-tls"
	// PolicyService belongs to the one webhook that a Rust program serves.
	PolicyService  = "linkerd-policy-validator"
	ProfileService = "linkerd-sp-validator"
	TapSecret      = "tap-k8s-tls"

	// TrustRootsKey is the bundle's field in the trust roots ConfigMap.
	TrustRootsKey = "ca-bundle.crt"
)

// Objects of cert-manager, as Linkerd's documentation and Buoyant's chart
// linkerd-cert-manager name them. The Certificate of the issuer has the name of its
// Secret; the ClusterIssuer that signs it has the anchor's name in the documentation,
// and the issuer's in the chart.
const (
	TrustAnchor     = "linkerd-trust-anchor"      // Certificate and Secret, in cert-manager's namespace
	TrustRootIssuer = "linkerd-trust-root-issuer" // Issuer that signs the anchor itself
	// TrustAnchorRotation is the kind that Buoyant's trust-rotation operator works on.
	TrustAnchorRotation = "TrustAnchorRotation"
)

// Deployments of the control plane that read the bundle, and the Service Account
// of identity, which has the same name.
const (
	DeploymentIdentity    = "linkerd-identity"
	DeploymentDestination = "linkerd-destination"
	DeploymentInjector    = "linkerd-proxy-injector"
)

// Namespaces that the charts and their documentation propose.
const (
	Namespace             = "linkerd"
	VizNamespace          = "linkerd-viz"
	JaegerNamespace       = "linkerd-jaeger"
	MulticlusterNamespace = "linkerd-multicluster"
)

// Charts.
const (
	ChartControlPlane    = "linkerd-control-plane"
	ChartLinkerd2        = "linkerd2" // up to 2.11
	ChartViz             = "linkerd-viz"
	ChartJaeger          = "linkerd-jaeger"
	ChartCRDs            = "linkerd-crds"
	ChartMulticluster    = "linkerd-multicluster"
	ChartCNI             = "linkerd2-cni"
	ChartOldMulticluster = "linkerd2-multicluster"
	ChartOldViz          = "linkerd2-viz"
	ChartOldJaeger       = "linkerd2-jaeger"
)

// Issuer schemes (identity.issuer.scheme) and the fields of their Secrets.
const (
	SchemeLinkerd    = "linkerd.io/tls"    // crt.pem, key.pem; rendered by the chart
	SchemeKubernetes = "kubernetes.io/tls" // tls.crt, tls.key, ca.crt; someone else's

	FieldCert    = "crt.pem"
	FieldKey     = "key.pem"
	FieldTLSCert = "tls.crt"
	FieldTLSKey  = "tls.key"
	FieldCA      = "ca.crt"
)

// Annotations.
const (
	Inject        = "linkerd.io/inject"
	TrustRootHash = "linkerd.io/trust-root-sha256"      // charts/partials/templates/_metadata.tpl
	IssuerExpiry  = "linkerd.io/identity-issuer-expiry" // charts/linkerd2/templates/identity.yaml@stable-2.10.2
	CreatedBy     = "linkerd.io/created-by"             // "linkerd/helm stable-2.14.10"
	Checksum      = "checksum/config"
)

// Labels.
const (
	ControlPlaneNS = "linkerd.io/control-plane-ns" // of every control plane object
	Component      = "linkerd.io/control-plane-component"
	IsControlPlane = "linkerd.io/is-control-plane"
	Extension      = "linkerd.io/extension"
)

// Containers.
const (
	ProxyContainer = "linkerd-proxy"
	InitContainer  = "linkerd-init"
)
