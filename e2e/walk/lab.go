package walk

import (
	_ "embed"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e"
	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
)

//go:embed crds.yaml
var crds string

// namespaces that a mesh lives in. Linkerd's has the label that its installation
// puts there, which trust-manager's Bundle selects.
const namespaces = `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: linkerd, labels: {linkerd.io/is-control-plane: "true"}}}
- {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
- {apiVersion: v1, kind: Namespace, metadata: {name: cert-manager}}
`

// clusterWide are the collections that cells leave objects in.
var clusterWide = []string{
	"/apis/rbac.authorization.k8s.io/v1/clusterroles", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
	admission + "mutatingwebhookconfigurations", admission + "validatingwebhookconfigurations",
	"/apis/cert-manager.io/v1/clusterissuers", "/apis/trust.cert-manager.io/v1alpha1/bundles",
}

// lab is what all cells share.
type lab struct {
	server *apiserver.Server
	// argo is Argo CD's plugin server, nil if no cell has that host.
	argo *e2e.CMPServer
}

// apply applies texts as whoever sets up a cluster.
func (l *lab) apply(t *testing.T, manifests ...string) {
	t.Helper()
	s := e2e.NewSandbox(t, map[string]string{"kubectl": "kubectl"})
	for _, text := range manifests {
		s.MustRun(t, text, []string{"KUBECONFIG=" + l.server.Kubeconfig}, "kubectl", "apply", "-f", "-")
	}
	s.MustRun(t, "", []string{"KUBECONFIG=" + l.server.Kubeconfig}, "kubectl", "wait", "--for=condition=Established", "crd", "--all",
		"--timeout=60s")
}

// newLab starts the servers, and ends them with the test.
func newLab(t *testing.T, argo bool) *lab {
	t.Helper()
	l := &lab{server: apiserver.Start(t)}
	t.Cleanup(l.server.Stop)
	if argo {
		l.argo = e2e.NewCMPServer(t)
	}
	l.apply(t, namespaces, crds)
	return l
}

// reset removes what a cell left.
func (l *lab) reset(t *testing.T) {
	t.Helper()
	l.server.Reset(t, []string{"linkerd", "shop", "cert-manager"}, clusterWide, "linkerd-")
}
