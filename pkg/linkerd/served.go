package linkerd

// What serves certificates in a running mesh, as the sources of linkerd2,
// linkerd2-proxy and linkerd2-proxy-api have it.
const (
	// LocalNameEnv of the container linkerd-proxy is the identity of the pod. Its text
	// refers to the namespace and the service account of the pod.
	LocalNameEnv = "LINKERD2_PROXY_IDENTITY_LOCAL_NAME"
	// DefaultTrustDomain is that of a mesh whose values name none.
	DefaultTrustDomain = "cluster.local"
	// IdentityPort is the gRPC port of identity's own container.
	IdentityPort = 8080
	// CertifyPath is the call by which a proxy gets its leaf.
	CertifyPath = "/io.linkerd.proxy.identity.Identity/Certify"
	// IdentityAudience is of the tokens that identity accepts.
	IdentityAudience = "identity.l5d.io"
)

// IdentityOf is the identity of a service account in the mesh.
func IdentityOf(account, namespace, controlPlane, trustDomain string) string {
	return account + "." + namespace + ".serviceaccount.identity." + controlPlane + "." + trustDomain
}

// webhookPorts are those of the containers, by key: the Services have another. They are
// the same in every release: containerPort of the ports proxy-injector, sp-validator,
// policy-https, apiserver, tap-injector and jaeger-injector in the charts of linkerd2
// stable-2.10.2, 2.11.5, 2.12.6, 2.14.10 and version-2.15 to version-2.20
// (charts/linkerd2 or charts/linkerd-control-plane, templates/{proxy-injector,
// sp-validator,destination}.yaml; viz/charts/linkerd-viz, templates/{tap,tap-injector}.yaml;
// up to 2.18 jaeger/charts/linkerd-jaeger, templates/jaeger-injector.yaml).
var webhookPorts = map[string]int{ProxyInjector: 8443, ProfileValidator: 8443, PolicyValidator: 9443, Tap: 8089, TapInjector: 8443,
	JaegerInjector: 8443}

// WebhookPort is the port of the pods that answer for a webhook.
func WebhookPort(key string) int { return webhookPorts[key] }
