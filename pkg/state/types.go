package state

import "github.com/l5d-pki/l5d-pki-render/pkg/linkerd"

// APIVersion and Kind head every state file.
const (
	Group      = "l5d-pki-render"
	APIVersion = Group + "/v1alpha1"
	Kind       = "Rotation"
)

// Rotation is the state file: `spec` belongs to people, `status` to the tool.
type Rotation struct {
	// APIVersion is "l5d-pki-render/v1alpha1".
	APIVersion string `json:"apiVersion"`
	// Kind is "Rotation".
	Kind string `json:"kind"`
	// Metadata names the rotation, in the shape of a Kubernetes object's.
	Metadata Metadata `json:"metadata"`
	// Spec is what people decide.
	Spec Spec `json:"spec"`
	// Status is what the tool knows: reviewed by people, written by the tool.
	Status Status `json:"status"`
}

// Metadata is the part of Kubernetes' ObjectMeta that makes the file tolerable
// to kustomize, Flux and Argo CD.
type Metadata struct {
	// Name labels the rotation in branches and messages (DNS-1123 label).
	Name string `json:"name"`
	// Namespace is for tools around the file; nothing here reads it.
	Namespace string `json:"namespace,omitempty"`
	// Labels are yours.
	Labels map[string]string `json:"labels,omitempty"`
	// Annotations are yours; config.kubernetes.io/local-config: "true" keeps
	// kustomize from applying the file.
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Spec is what people decide. A field that is absent has its default.
type Spec struct {
	// Linkerd describes the mesh whose manifests are rendered.
	Linkerd Linkerd `json:"linkerd"`
	// Leaf describes the certificates that identity issues to proxies.
	Leaf Leaf `json:"leaf,omitzero"`
	// Validity is how long minted certificates live.
	Validity Validity `json:"validity,omitzero"`
	// Custody says where private keys live.
	Custody Custody `json:"custody,omitzero"`
	// Links are the clusters that share trust with this one.
	Links []Link `json:"links,omitempty"`
	// Outputs are the files that the tool owns in Git.
	Outputs []Output `json:"outputs,omitempty"`
	// Gate adds to the manifests an object for hosts that wait: the kind
	// RotationGate, and one of it with the phase in force.
	Gate bool `json:"gate,omitempty"`
	// TrustBundles add to the manifests objects with the trust bundle for others than
	// Linkerd, beside the ConfigMap that it reads.
	TrustBundles []TrustBundle `json:"trustBundles,omitempty"`
}

// Schemes of the issuer Secret: its type, and with it the names of its keys.
const (
	SchemeLinkerd    = linkerd.SchemeLinkerd    // crt.pem, key.pem; rendered by the chart
	SchemeKubernetes = linkerd.SchemeKubernetes // tls.crt, tls.key, ca.crt; someone else's
)

// Linkerd describes the mesh whose manifests are rendered.
type Linkerd struct {
	// Version selects the chart family: "2.10" to "2.20", a patch release
	// ("2.14.10", "stable-2.12.6", "version-2.18") or an edge ("edge-25.4.4"). A YAML string.
	Version string `json:"version"`
	// Namespace of the control plane; default "linkerd".
	Namespace string `json:"namespace,omitempty"`
	// TrustDomain of the identities; default "cluster.local".
	TrustDomain string `json:"trustDomain,omitempty"`
	// IssuerScheme is identity.issuer.scheme: "linkerd.io/tls", or "kubernetes.io/tls",
	// which is the default where an output of kind values or helm-values is for the
	// control plane's chart. Adoption writes the one that the mesh has.
	IssuerScheme string `json:"issuerScheme,omitempty"`
	// ExternalCA is identity.externalCA: the chart renders no trust roots.
	ExternalCA bool `json:"externalCA,omitempty"`
	// RollControlPlane adds our own bundle hash to the control plane's pod
	// templates, for charts that carry none (2.11, externalCA).
	RollControlPlane bool `json:"rollControlPlane,omitempty"`
	// HeartbeatSchedule pins the CronJob linkerd-heartbeat; default "0 0 * * *".
	HeartbeatSchedule string `json:"heartbeatSchedule,omitempty"`
	// VizNamespace of the extension; default "linkerd-viz".
	VizNamespace string `json:"vizNamespace,omitempty"`
	// JaegerNamespace of the extension, up to 2.18; default "linkerd-jaeger".
	JaegerNamespace string `json:"jaegerNamespace,omitempty"`
	// MulticlusterNamespace of the extension; default "linkerd-multicluster".
	MulticlusterNamespace string `json:"multiclusterNamespace,omitempty"`
}

// Leaf describes the certificates that Linkerd's identity service issues.
type Leaf struct {
	// Lifetime is identity.issuer.issuanceLifetime; default 24h.
	Lifetime Duration `json:"lifetime,omitzero"`
	// ClockSkew is identity.issuer.clockSkewAllowance; default 20s.
	ClockSkew Duration `json:"clockSkew,omitzero"`
}

// Validity is how long minted certificates live.
type Validity struct {
	// Anchor is for trust anchors; default 87600h.
	Anchor Duration `json:"anchor,omitzero"`
	// Issuer is for issuers; default 8760h.
	Issuer Duration `json:"issuer,omitzero"`
	// Webhook is for the certificates of webhooks; default 8760h.
	Webhook Duration `json:"webhook,omitzero"`
}

// Link names a linked cluster by its state file or by a saved observation;
// paths are relative to this file.
type Link struct {
	// Name of the linked cluster: metadata.name of its state.
	Name string `json:"name"`
	// State is the path of the linked cluster's state file.
	State string `json:"state,omitempty"`
	// Observation is the path of a saved observation of the linked cluster.
	Observation string `json:"observation,omitempty"`
}

// Kinds of outputs, and layouts of the kind values.
const (
	OutputValues     = "values"
	OutputManifests  = "manifests"
	OutputChart      = "chart"
	OutputComponent  = "component"
	OutputHelmValues = "helm-values"
	OutputEdit       = "edit"

	LayoutExternal = "external" // the issuer Secret comes from elsewhere: no key in the values
	LayoutEmbedded = "embedded" // certificate and key in the values: never owned in Git
)

// Charts that values are for, what a Component selects by default, and objects
// that helm-values writes.
const (
	ChartControlPlane = "control-plane"
	ChartViz          = "viz"
	ChartJaeger       = "jaeger" // up to 2.18

	SelectAll = "all" // every workload of the kustomization that includes the Component

	ObjectConfigMap = "ConfigMap"
	ObjectSecret    = "Secret"
)

// Engines of Helm that render an output of kind chart.
const (
	EngineHelm3 = "helm3"
	EngineHelm4 = "helm4"
)

// Output is a file that the tool owns in Git. Which fields belong to which kind
// stands in the table outputFields.
type Output struct {
	// Kind: values, manifests, chart, component, helm-values or edit.
	Kind string `json:"kind"`
	// Path is relative to the state file and may not leave its repository; of
	// kind edit it is a glob.
	Path string `json:"path"`
	// Layout of kind values: "external", which is the default. "embedded" puts the
	// issuer's key into the file and is refused for a file owned in Git.
	Layout string `json:"layout,omitempty"`
	// Chart of kinds values and helm-values: control-plane (default), viz or
	// jaeger. Of kind chart: a path relative to the state file that begins with
	// "./" or "../", a URL, an oci:// reference, or a name in Repo.
	Chart string `json:"chart,omitempty"`
	// Repo of kind chart: the chart repository that lists Chart.
	Repo string `json:"repo,omitempty"`
	// Version of kind chart: the chart's version.
	Version string `json:"version,omitempty"`
	// Digest of kind chart: "sha256:" and 64 hex digits. A chart that is no path
	// needs it, so that the same state gives the same bytes.
	Digest string `json:"digest,omitempty"`
	// Engine of kind chart: the Helm that renders it, helm3 (default) or helm4.
	// Choose helm4 for Argo CD 3.5, Flux 2.8 and Helm 4, and later ones.
	Engine string `json:"engine,omitempty"`
	// Release of kind chart: the release's name; default: the chart's.
	Release string `json:"release,omitempty"`
	// ValuesFiles of kind chart, relative to the state file; the phase's values win.
	ValuesFiles []string `json:"valuesFiles,omitempty"`
	// Name of the object of kind helm-values.
	Name string `json:"name,omitempty"`
	// Namespace of the object of kind helm-values, which is its HelmRelease's;
	// of the release of kind chart. Default: the one that spec.linkerd has for the chart.
	Namespace string `json:"namespace,omitempty"`
	// Object of kind helm-values: ConfigMap (default) or Secret.
	Object string `json:"object,omitempty"`
	// Key of kind helm-values: under which the values stand; default "values.yaml".
	Key string `json:"key,omitempty"`
	// For of kind component: the folder of a kustomization, relative to the state
	// file, whose meshed workloads are stamped by name.
	For string `json:"for,omitempty"`
	// Select of kind component, without For: what kustomize chooses by: all
	// (default), annotated, or label=SELECTOR.
	Select string `json:"select,omitempty"`
	// NamespaceInject of kind edit: what the annotation linkerd.io/inject of a
	// namespace says whose manifest lives elsewhere: enabled, ingress or disabled.
	NamespaceInject map[string]string `json:"namespaceInject,omitempty"`
	// HelmRelease of kind helm-values: the release that gets a patch beside it.
	HelmRelease *HelmRelease `json:"helmRelease,omitempty"`
}

// HelmRelease asks for a patch of a Flux HelmRelease that makes it read the
// values, the trust bundle by targetPath, which wins over inline values.
type HelmRelease struct {
	// Name of the HelmRelease; its namespace is the output's.
	Name string `json:"name"`
	// Path of the patch, relative to the state file.
	Path string `json:"path"`
}

// Status is what the tool knows. People review it and do not edit it.
type Status struct {
	// Epoch grows by one at each change of phase, forward or back.
	Epoch int64 `json:"epoch"`
	// Phase is a resting state of the rotation; see [Tables].
	Phase string `json:"phase"`
	// Rotation is absent in the phase stable.
	Rotation *Progress `json:"rotation,omitempty"`
	// Anchors in the order of the bundle: outgoing, then incoming.
	Anchors []Anchor `json:"anchors"`
	// Issuers that sign, signed or will sign leaves.
	Issuers []Issuer `json:"issuers"`
	// Webhooks by values key: proxyInjector, profileValidator, policyValidator, tap, tapInjector, jaeger.
	Webhooks map[string]Webhook `json:"webhooks,omitempty"`
	// Stamp is the rollout stamp of the last wave; empty until the first one.
	Stamp string `json:"stamp,omitempty"`
	// Wave is present while a wave is split over namespaces, and after one that was for
	// stale workloads alone.
	Wave *Wave `json:"wave,omitempty"`
	// AdoptedBundle is the raw identityTrustAnchorsPEM of a mesh that was adopted.
	AdoptedBundle string `json:"adoptedBundle,omitempty"`
	// Retired anchors left the bundle and may still be trusted somewhere.
	Retired []Anchor `json:"retired,omitempty"`
	// RetiredIssuers are the issuers of rotations that were abandoned; leaves
	// that they signed may still be live.
	RetiredIssuers []RetiredIssuer `json:"retiredIssuers,omitzero"`
	// Log has one entry per move, hash-chained.
	Log []LogEntry `json:"log,omitempty"`
}

// Ways in which the leaves of the outgoing issuer went away.
const (
	LeavesWaited = "waited" // every leaf expired
	LeavesWave   = "wave"   // every workload restarted
)

// Progress says which rotation is under way and how its waits are met.
type Progress struct {
	// Kind: anchor, issuer, webhooks, replace or renew.
	Kind string `json:"kind"`
	// Strategy of kind anchor: bundle or cross-sign.
	Strategy string `json:"strategy,omitempty"`
	// Leaves says how the leaves of the outgoing issuer went away: "waited" or
	// "wave"; it is empty before issuer-spread.
	Leaves string `json:"leaves,omitempty"`
}

// Roles of anchors and issuers.
const (
	RoleCurrent  = "current"
	RoleOutgoing = "outgoing"
	RoleIncoming = "incoming"
	RoleExtra    = "extra" // an anchor of others: always in the bundle
)

// Anchor is one trust anchor. Name is a label for people; certificates are told
// apart by fingerprint.
type Anchor struct {
	// Name is a label for people, unique in its list.
	Name string `json:"name"`
	// Role: current, outgoing, incoming or extra; it is absent for retired anchors.
	Role string `json:"role,omitempty"`
	// Certificate is one PEM CERTIFICATE block.
	Certificate string `json:"certificate"`
	// Key is the private key's path, where custody holds it (cross-sign, renew).
	Key string `json:"key,omitempty"`
}

// Issuer is one issuer: chain and, by custody, key.
type Issuer struct {
	// Name is a label for people, unique in its list.
	Name string `json:"name"`
	// Role: current, outgoing or incoming.
	Role string `json:"role"`
	// Certificate is PEM: the issuer, then a cross certificate if any.
	Certificate string `json:"certificate"`
	// Key is a path relative to the state file.
	Key string `json:"key,omitempty"`
}

// RetiredIssuer is an issuer that may have signed leaves and does not sign any
// more. Its key is not listed: nothing here needs it.
type RetiredIssuer struct {
	// Name is the name that it had among the issuers.
	Name string `json:"name"`
	// Certificate is PEM: the issuer, then a cross certificate if any.
	Certificate string `json:"certificate"`
}

// Webhook keys, in the order of reports.
const (
	WebhookProxyInjector    = linkerd.ProxyInjector
	WebhookProfileValidator = linkerd.ProfileValidator
	WebhookPolicyValidator  = linkerd.PolicyValidator // not on 2.10
	WebhookTap              = linkerd.Tap
	WebhookTapInjector      = linkerd.TapInjector
	WebhookJaeger           = linkerd.JaegerInjector
)

// Webhook is what one webhook serves and what the API server trusts.
type Webhook struct {
	// Certificate is the served chain (PEM). Empty: the Secret is someone else's.
	Certificate string `json:"certificate,omitempty"`
	// CABundle is PEM, one or more certificates.
	CABundle string `json:"caBundle"`
	// Key is the path of the certificate's private key, relative to the state file.
	Key string `json:"key,omitempty"`
	// Incoming is present during a webhook rotation.
	Incoming *WebhookMaterial `json:"incoming,omitempty"`
}

// WebhookMaterial is the incoming material of a webhook.
type WebhookMaterial struct {
	// Certificate is the chain to be served (PEM).
	Certificate string `json:"certificate,omitempty"`
	// CABundle is PEM, one or more certificates.
	CABundle string `json:"caBundle"`
	// Key is the path of the certificate's private key, relative to the state file.
	Key string `json:"key,omitempty"`
}

// Wave records a wave that does not reach everything: one that is split, or one
// for stale workloads.
type Wave struct {
	// Previous is the stamp that the others keep; empty in the first wave.
	Previous string `json:"previous"`
	// Namespaces that have the new stamp.
	Namespaces []string `json:"namespaces,omitempty"`
	// Stale: the wave is for Workloads alone, since the others held the bundle when it
	// began. They keep their stamp until the next wave.
	Stale bool `json:"stale,omitempty"`
	// Workloads that have the new stamp, like shop/deploy/cart; shop/* is a namespace.
	Workloads []string `json:"workloads,omitempty"`
}

// Moves that a log entry records.
const (
	MoveInit    = "init"    // the first PKI was minted
	MoveAdopt   = "adopt"   // the log begins with a mesh that was running already
	MoveStart   = "start"   // a rotation began
	MoveAdvance = "advance" // a later phase was entered
	MoveBack    = "back"    // an earlier phase was entered
	MoveAbandon = "abandon" // back to the stable phase that the rotation began in
	MoveRollout = "rollout" // a wave began; phase, bundle and issuer stay
	MoveReissue = "reissue" // the issuer in force was replaced by the cluster's CA; the phase stays
	MoveLegacy  = "legacy"  // an entry from before the log had fields: why is all that it says
)

// LogEntry is one move; entries are chained by [LogEntry.Digest]. Programs read
// the fields; Why is for people and is never parsed.
type LogEntry struct {
	// Epoch that the move led to.
	Epoch int64 `json:"epoch"`
	// Phase that the move led to.
	Phase string `json:"phase"`
	// At is the instant of the move, RFC 3339 UTC in whole seconds.
	At string `json:"at"`
	// Move: init, adopt, start, advance, back, abandon, rollout, reissue or legacy.
	Move string `json:"move"`
	// Kind of the rotation that was moved: of start, advance, back and abandon.
	Kind string `json:"kind,omitempty"`
	// Strategy of the rotation that was moved, where its kind has one.
	Strategy string `json:"strategy,omitempty"`
	// Issuer is the SHA-256 fingerprint of the issuer that came with a reissue, lower-case hex.
	Issuer string `json:"issuer,omitempty"`
	// Replaced is the fingerprint of the issuer that it replaced.
	Replaced string `json:"replaced,omitempty"`
	// Why is the reason in the words of the person who made the move.
	Why string `json:"why,omitempty"`
	// Assumed are the needs that a person vouched for.
	Assumed []Assumed `json:"assumed,omitempty"`
	// DowntimeAccepted: connections fail, and a person accepted it.
	DowntimeAccepted bool `json:"downtimeAccepted,omitempty"`
	// Ahead: the move was prepared before its gate was open.
	Ahead bool `json:"ahead,omitempty"`
	// Evidence is the SHA-256 of the evidence that opened the gate, lower-case hex; empty if none was needed.
	Evidence string `json:"evidence,omitempty"`
	// Previous is the SHA-256 of the previous entry, lower-case hex; empty in the first.
	Previous string `json:"previous,omitempty"`
}

// Assumed is a person's word for one need, with the reason.
type Assumed struct {
	// Code of the need, as `--assume` takes it.
	Code string `json:"code"`
	// Because is the reason, in words.
	Because string `json:"because"`
	// Forced: the word was given although the log contradicted it.
	Forced bool `json:"forced,omitempty"`
}
