package overlay

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// ControlPlane is what the patches of a control plane say.
type ControlPlane struct {
	Namespace string
	// TrustRoots is data["ca-bundle.crt"] of the trust roots ConfigMap; "" where
	// the chart renders none.
	TrustRoots string
	// Annotations of the pods that follow the bundle: pairs, in order.
	Annotations [][2]string
}

// Deployments of the control plane, and its trust roots
// (charts/linkerd-control-plane/templates).
var (
	controlPlane = []string{linkerd.DeploymentDestination, linkerd.DeploymentIdentity, linkerd.DeploymentInjector}
	trustRoots   = linkerd.TrustRoots
)

// Patch writes the Component of a control plane. Its patches name their
// objects, so that kustomize fails where one is missing.
func (cp ControlPlane) Patch() []byte {
	c := newComponent(
		"Patches the trust bundle of Linkerd's control plane and the annotations by which its pods follow it.",
		"ConfigMap linkerd-config is the chart's: give the chart the values of `l5d-pki-render values`.")
	var entries []entry
	if cp.TrustRoots != "" {
		style := "|-"
		if strings.HasSuffix(cp.TrustRoots, "\n") {
			style = "|"
		}
		// kustomize trims a patch, so the bundle's last newline may not be its last.
		entries = append(entries, entry{patch: "apiVersion: v1\nkind: ConfigMap\n" +
			"data:\n  ca-bundle.crt: " + style + "\n" + indent(strings.TrimSuffix(cp.TrustRoots, "\n")+"\n", 4) +
			"metadata:\n  name: " + quote(trustRoots) + "\n  namespace: " + quote(cp.Namespace) + "\n"})
	}
	for _, name := range controlPlane {
		if len(cp.Annotations) > 0 {
			entries = append(entries, entry{patch: podAnnotation(kinds[0], kinds[0].apiVersion, cp.Namespace, name, cp.Annotations...)})
		}
	}
	return c.finish(entries)
}
