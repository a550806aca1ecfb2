package observe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/gate"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// Account is the service account that observes.
const Account = "l5d-pki-observe"

// Extra is what needs more rights than looking does.
type Extra struct {
	// Dial: ports of pods are forwarded. Certify: those of identity, and a token of the
	// own service account. DryRunPod is the namespace of a pod that is never made.
	Dial, Certify bool
	DryRunPod     string
	// Publish: the observation is written into a ConfigMap, which is made here. Gate:
	// so is the status of the gate, which the manifests make.
	Publish, Gate bool
}

// Published is the ConfigMap for observations, PublishedKey its field.
const (
	Published    = "l5d-pki-observation"
	PublishedKey = "observation.json"
)

// RBAC is what `observe` needs, as manifests: roles, and a service account with
// them. Nothing in it changes a cluster or reads a Secret.
func RBAC(namespace string, extra Extra) string {
	text := look(namespace)
	if extra.Dial {
		text += role("ClusterRole", "", "dial", namespace, "TLS connections to proxies and webhooks.", `{apiGroups: [""], resources: [pods/portforward], verbs: [create]}`)
	}
	if extra.Certify {
		text += role("Role", namespace, "certify", namespace, "A leaf for this service account, signed by each identity replica and thrown away.", `{apiGroups: [""], resources: [serviceaccounts/token], resourceNames: [`+Account+`], verbs: [create]}`,
			`{apiGroups: [""], resources: [pods/portforward], verbs: [create]}`)
	}
	if extra.DryRunPod != "" {
		text += role("Role", extra.DryRunPod, "dry-run", namespace, "What would become of a pod. RBAC cannot say that it is never made.", `{apiGroups: [""], resources: [pods], verbs: [create]}`)
	}
	if extra.Publish {
		text += role("Role", namespace, "publish", namespace, "The observation, in a ConfigMap that is there already.", `{apiGroups: [""], resources: [configmaps], resourceNames: [`+Published+`], verbs: [patch]}`)
		text += fmt.Sprintf("---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\n  namespace: %s\n", Published, namespace)
	}
	if extra.Publish && extra.Gate {
		text += role("Role", namespace, "gate", namespace, "The status of the gate, whose spec is Git's.",
			`{apiGroups: [`+gate.Group+`], resources: [`+gate.Plural+`], resourceNames: [`+gate.Name+`], verbs: [get]}`,
			`{apiGroups: [`+gate.Group+`], resources: [`+gate.Plural+`/status], resourceNames: [`+gate.Name+`], verbs: [patch]}`)
	}
	return text
}

// role is a role for one purpose, and its binding to the service account.
func role(kind, within, purpose, account, why string, rules ...string) string {
	name, place := Account+"-"+purpose, ""
	if within != "" {
		place = "\n  namespace: " + within
	}
	return fmt.Sprintf(`---
# %[6]s
apiVersion: rbac.authorization.k8s.io/v1
kind: %[1]s
metadata:
  name: %[2]s%[3]s
rules:
- %[4]s
---
apiVersion: rbac.authorization.k8s.io/v1
kind: %[1]sBinding
metadata:
  name: %[2]s%[3]s
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: %[1]s, name: %[2]s}
subjects:
- {kind: ServiceAccount, name: %[7]s, namespace: %[5]s}
`, kind, name, place, strings.Join(rules, "\n- "), account, why, Account)
}

// lookText is the manifest of [look].
const lookText = `apiVersion: v1
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
# What identity says of an issuer that it refuses.
- apiGroups: [""]
  resources: [events]
  verbs: [list]
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
`

// look is what needs no more than to look.
func look(namespace string) string {
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
	return fmt.Sprintf(lookText, namespace, linkerd.ExternalWorkloadsGroup, linkerd.ExternalWorkloads, names(linkerd.Mutating),
		names(linkerd.Validating), names(linkerd.APIService), linkerd.TrustRoots, linkerd.Config)
}
