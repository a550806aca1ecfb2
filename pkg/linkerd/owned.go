package linkerd

import "slices"

// ownedConfigs are ConfigMaps and Secrets that somebody else makes: Linkerd's charts,
// the API server in every namespace, cert-manager as the documentation sets it up, and
// Istio, whose proxies read theirs in every namespace.
var ownedConfigs = []string{
	Config, TrustRoots, IssuerSecret, TrustAnchor, Heartbeat,
	"kube-root-ca.crt", "extension-apiserver-authentication", "istio-ca-root-cert",
}

// IsOwned reports whether a ConfigMap or Secret of that name is somebody else's: one that
// is written over it would take it away.
func IsOwned(name string) bool {
	return slices.Contains(ownedConfigs, name) || slices.ContainsFunc(Webhooks, func(w Webhook) bool { return w.Secret == name })
}
