package render

import (
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Names of Linkerd's own objects, with their chart paths.
const (
	configName        = linkerd.Config       // charts/linkerd-control-plane/templates/config.yaml
	trustRootsName    = linkerd.TrustRoots   // charts/linkerd-control-plane/templates/identity.yaml
	issuerName        = linkerd.IssuerSecret // the same
	heartbeatName     = linkerd.Heartbeat    // charts/linkerd-control-plane/templates/heartbeat.yaml
	trustRootsKey     = linkerd.TrustRootsKey
	trustRootHash     = linkerd.TrustRootHash // charts/partials/templates/_metadata.tpl
	issuerExpiryHint  = linkerd.IssuerExpiry  // charts/linkerd2/templates/identity.yaml@stable-2.10.2
	checksumHint      = "checksum/config"
	injectCAFrom      = "cert-manager.io/inject-ca-from"
	injectCASecret    = "cert-manager.io/inject-ca-from-secret"
	hintExternalCA    = "charts with identity.externalCA: true omit it; set spec.linkerd.externalCA to match, or feed the whole render of the chart"
	hintWholeRender   = "feed the whole render of the control plane, not a part of it (`helm template -s` cuts it)"
	hintExternalIssue = "charts with identity.issuer.scheme: kubernetes.io/tls omit it; set spec.linkerd.issuerScheme to match"
)

type targetKey struct{ kind, name string }

var (
	configKey        = targetKey{"ConfigMap", configName}
	trustRootsTarget = targetKey{"ConfigMap", trustRootsName}
)

// clusterScoped kinds have no namespace.
var clusterScoped = map[string]bool{linkerd.Mutating: true, linkerd.Validating: true, linkerd.APIService: true}

// target is one row of the table of design section 6: an object whose fields
// follow the phase.
type target struct {
	group Group
	// required says whether a control plane without this object is an error.
	required    func(*plan) bool
	missingHint string
	edit        func(*plan, object)
}

func always(*plan) bool { return true }

// targets is the table for one state:
//
//	object                                    edit
//	ConfigMap linkerd-config                  bundle and issuer inside data.values
//	ConfigMap linkerd-identity-trust-roots    data[ca-bundle.crt]          (2.11 on)
//	Deployment identity, destination, …       trust-root-sha256            (2.12 on)
//	Secret linkerd-identity-issuer            issuer chain and key
//	CronJob linkerd-heartbeat                 spec.schedule
//	per webhook: Secret, configuration        certificate and key, caBundle
func (m *Material) targets() map[targetKey]target {
	t := map[targetKey]target{
		configKey:                  {ControlPlane, always, hintWholeRender, (*plan).editConfig},
		trustRootsTarget:           {ControlPlane, (*plan).needsTrustRoots, hintExternalCA, (*plan).editTrustRoots},
		{"Secret", issuerName}:     {ControlPlane, (*plan).needsIssuer, hintExternalIssue, (*plan).editIssuer},
		{"CronJob", heartbeatName}: {ControlPlane, nil, "", (*plan).editHeartbeat},
	}
	for _, name := range []string{linkerd.DeploymentIdentity, linkerd.DeploymentDestination, linkerd.DeploymentInjector} {
		t[targetKey{"Deployment", name}] = target{ControlPlane, always, hintWholeRender, (*plan).editDeployment}
	}
	for _, w := range webhooks {
		t[targetKey{"Secret", w.Secret}] = target{group: w.Group, edit: func(p *plan, o object) { p.editWebhookSecret(w, o) }}
		t[targetKey{w.ConfigKind, w.Config}] = target{group: w.Group, edit: func(p *plan, o object) { p.editCABundle(w, o) }}
		for _, name := range w.Deployments {
			if _, taken := t[targetKey{"Deployment", name}]; !taken {
				t[targetKey{"Deployment", name}] = target{group: w.Group}
			}
		}
	}
	return t
}

func (p *plan) needsTrustRoots() bool { return !p.is210() && !p.State.Spec.Linkerd.ExternalCA }

func (p *plan) needsIssuer() bool {
	return p.State.Spec.Linkerd.IssuerScheme == state.SchemeLinkerd && !p.secretsApart
}

func (p *plan) editTrustRoots(o object) {
	node := o.get("data", trustRootsKey)
	p.setRequired(o, inStyleOf(node, p.bundleText()), p.bundleSummary(), "data", trustRootsKey)
	if p.annotate {
		for _, a := range p.trustRootsHints() {
			p.put(o, a[1], a[1], "metadata", "annotations", a[0])
		}
	}
}

// editDeployment makes the control plane's pods roll with the bundle: by the
// chart's own annotation, or by ours where the chart has none and the state asks.
func (p *plan) editDeployment(o object) {
	hash := o.get("spec", "template", "metadata", "annotations", trustRootHash)
	switch {
	case hash == nil && p.traits.Hash:
		p.fail(problem.RenderMissingField.With(trustRootHash).On(o.String()).At(p.docs[o.doc].Line, 0))
	case hash != nil && !p.config.anchorsElsewhere():
		p.setPresent(o, sha256Hex(p.raw), "sha256 of the bundle", "spec", "template", "metadata", "annotations", trustRootHash)
	case hash != nil:
		p.report.add(o.String(), trustRootHash, Left, "identity.externalCA without anchors in the values")
	}
	if p.rolls() {
		p.putBundleHash(o)
	}
}

func (p *plan) putBundleHash(o object) {
	p.put(o, sha256Hex(p.bundleText()), "sha256 of the bundle", "spec", "template", "metadata", "annotations", BundleHashHint)
}

// put is set for a field that is added where it is missing.
func (p *plan) put(o object, value, what string, steps ...any) {
	if o.get(steps...) != nil {
		p.setPresent(o, value, what, steps...)
		return
	}
	path := o.path(steps...)
	p.edits[o.doc] = append(p.edits[o.doc], manifest.Put(path, value))
	p.report.add(o.String(), manifest.At(steps...).String(), Changed, what)
}

func (p *plan) editHeartbeat(o object) {
	schedule := p.State.Spec.Linkerd.HeartbeatSchedule
	p.setRequired(o, schedule, schedule, "spec", "schedule")
}
