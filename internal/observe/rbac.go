package observe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// RBAC is what `observe` needs, as manifests: roles, and a service account with
// them. Nothing in it changes a cluster or reads a Secret.
func RBAC(namespace string) string {
	names := func(kind string) string {
		var list []string
		for _, w := range linkerd.Webhooks {
			if w.ConfigKind == kind {
				list = append(list, w.Config)
			}
		}
		slices.Sort(list)
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf(`apiVersion: v1
kind: ServiceAccount
metadata:
  name: l5d-pki-observe
  namespace: %[1]s
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: l5d-pki-observe
rules:
# Every meshed pod, and the hash of its bundle.
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
- apiGroups: [%[2]s]
  resources: [%[3]s]
  verbs: [list]
# The CA bundles of Linkerd's webhooks.
- apiGroups: [admissionregistration.k8s.io]
  resources: [mutatingwebhookconfigurations]
  resourceNames: [%[4]s]
  verbs: [get]
- apiGroups: [admissionregistration.k8s.io]
  resources: [validatingwebhookconfigurations]
  resourceNames: [%[5]s]
  verbs: [get]
- apiGroups: [apiregistration.k8s.io]
  resources: [apiservices]
  resourceNames: [%[6]s]
  verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: l5d-pki-observe
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: l5d-pki-observe}
subjects:
- {kind: ServiceAccount, name: l5d-pki-observe, namespace: %[1]s}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: l5d-pki-observe
  namespace: %[1]s
rules:
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [%[7]s, %[8]s]
  verbs: [get]
# The metrics of identity, and the bundle that the control plane's proxies got.
- apiGroups: [""]
  resources: [pods/proxy]
  verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: l5d-pki-observe
  namespace: %[1]s
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: l5d-pki-observe}
subjects:
- {kind: ServiceAccount, name: l5d-pki-observe, namespace: %[1]s}
`, namespace, linkerd.ExternalWorkloadsGroup, linkerd.ExternalWorkloads, names(linkerd.Mutating), names(linkerd.Validating), names(linkerd.APIService), linkerd.TrustRoots, linkerd.Config)
}
