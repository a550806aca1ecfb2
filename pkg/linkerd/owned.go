package linkerd

import "slices"

// ownedConfigs are ConfigMaps and Secrets that somebody else makes: Linkerd's charts,
// the API server in every namespace, cert-manager as the documentation sets it up, Istio,
// whose proxies read theirs in every namespace, and what clusters and Argo CD are set up
// with: trust-manager writes into every namespace, theirs too.
var ownedConfigs = []string{
	Config, TrustRoots, IssuerSecret, TrustAnchor, Heartbeat,
	"kube-root-ca.crt", "extension-apiserver-authentication", "istio-ca-root-cert",
	"istio", "istio-sidecar-injector", "openshift-service-ca.crt", "aws-auth", "cluster-info", "coredns", "kube-dns", "kube-proxy",
	"kubeadm-config", "kubelet-config", "argocd-cm", "argocd-cmd-params-cm", "argocd-rbac-cm", "argocd-tls-certs-cm",
	"argocd-ssh-known-hosts-cm", "argocd-gpg-keys-cm", "argocd-secret", "argocd-notifications-cm",
}

// IsOwned reports whether a ConfigMap or Secret of that name is somebody else's: one that
// is written over it would take it away.
func IsOwned(name string) bool {
	return slices.Contains(ownedConfigs, name) || slices.ContainsFunc(Webhooks, func(w Webhook) bool { return w.Secret == name })
}
