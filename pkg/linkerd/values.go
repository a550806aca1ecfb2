package linkerd

// Values of the control plane's chart, as `helm --set` names them
// (charts/linkerd-control-plane/values.yaml; charts/linkerd2/values.yaml up to 2.11).
// They have the same names in every release from 2.10 on; [Table] says which of them a
// release does not know. The values of webhooks are in [Webhooks].
const (
	AnchorsValue      = "identityTrustAnchorsPEM" // the trust bundle
	TrustDomainValue  = "identityTrustDomain"
	ExternalCAValue   = "identity.externalCA" // somebody else makes ConfigMap linkerd-identity-trust-roots; not on 2.10
	SchemeValue       = "identity.issuer.scheme"
	IssuerCertValue   = "identity.issuer.tls.crtPEM"
	IssuerKeyValue    = "identity.issuer.tls.keyPEM"
	IssuerExpiryValue = "identity.issuer.crtExpiry" // up to 2.11.0
	LifetimeValue     = "identity.issuer.issuanceLifetime"
	ClockSkewValue    = "identity.issuer.clockSkewAllowance"
	VersionValue      = "linkerdVersion"
	HeartbeatValue    = "heartbeatSchedule"
	NoHeartbeatValue  = "disableHeartBeat"
)
