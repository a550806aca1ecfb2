package linkerd

import (
	"maps"
	"slices"
)

// Arguments and variables by which the control plane and its extensions name the
// mesh that they belong to (charts/linkerd-control-plane/templates, viz, jaeger).
var (
	// NamespaceFlags have the control plane's namespace; a second dash may stand
	// before each.
	NamespaceFlags = []string{"-controller-namespace", "-control-plane-namespace", "-linkerd-namespace"}
	// TrustDomainFlags have the trust domain.
	TrustDomainFlags = []string{"-identity-trust-domain", "-identity-domain"}
	// IdentityFlags of linkerd-identity say what the chart's value of that name does.
	IdentityFlags = map[string]string{
		"-identity-scheme":               SchemeValue,
		"-identity-issuance-lifetime":    LifetimeValue,
		"-identity-clock-skew-allowance": ClockSkewValue,
	}
	// ServiceAddressEnvs have the address of a Service of the control plane.
	ServiceAddressEnvs = []string{"LINKERD2_PROXY_IDENTITY_SVC_ADDR", "LINKERD2_PROXY_DESTINATION_SVC_ADDR", "LINKERD2_PROXY_POLICY_SVC_ADDR"}
)

// meshFlags are all of them.
var meshFlags = slices.Concat(NamespaceFlags, TrustDomainFlags, slices.Sorted(maps.Keys(IdentityFlags)))

// NamesMesh reports whether a flag has a namespace or a trust domain.
func NamesMesh(flag string) bool {
	return slices.Contains(NamespaceFlags, flag) || slices.Contains(TrustDomainFlags, flag)
}

const (
	// NamespaceEnv is in every proxy, in plain text (charts/partials/templates/_proxy.tpl).
	NamespaceEnv = "_l5d_ns"
	// TrustDomainEnv is there too.
	TrustDomainEnv = "_l5d_trustdomain"
	// IdentityInfix stands before "NAMESPACE.TRUST-DOMAIN" in the name of every leaf.
	IdentityInfix = ".serviceaccount.identity."
	// IssuerNamePrefix stands before the same in the DNS name without which identity
	// refuses an issuer (controller/cmd/identity/main.go).
	IssuerNamePrefix = "identity."
)
