package custody

import (
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Custody cert-manager: keys are made in the cluster and never leave it. Each
// anchor has a Certificate and a ClusterIssuer of its own, which carry its name
// in the state; which of them signs the Certificate of Linkerd's issuer is
// decided by the phase. The trust bundle is delivered from the state, not from
// Secrets that cert-manager may write anew.

const (
	// issuerSecret is the Secret that identity mounts (charts/linkerd-control-plane).
	issuerSecret = linkerd.IssuerSecret
	// anchorPart begins the names of an anchor's Certificate, Secret and ClusterIssuer.
	anchorPart = "linkerd-trust-anchor-"
	// selfSigned is the ClusterIssuer that anchors sign themselves with.
	selfSigned = anchorPart + "self-signed"
	// minRenewBefore is the least that cert-manager takes (pkg/apis/certmanager/v1).
	minRenewBefore = 5 * time.Minute
	// Policies of renewal: cert-manager 1.21.1 and later.
	renewalDisabled, renewalRenewBefore = "Disabled", "RenewBefore"
)

// AnchorSecret is the name of the Secret, in the trust namespace, in which
// cert-manager keeps the anchor that the state calls by name.
func AnchorSecret(name string) string { return anchorPart + dnsName(name) }

// certManagerObject is any object that is written here: the fields of
// cert-manager.io/v1 and trust.cert-manager.io/v1alpha1 as maps.
func certManagerObject(apiVersion, kind string, metadata secretMetadata, spec map[string]any) map[string]any {
	return map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": metadata, "spec": spec}
}

const certManagerVersion = "cert-manager.io/v1"

// certificateStandIn is the Certificate of Linkerd's issuer. Webhooks are left to
// cert-manager's injector, which needs no state of ours.
func certificateStandIn(c *Custody, secret render.KeySecret, _ []byte) ([]byte, error) {
	if secret.Webhook != "" {
		return nil, problem.CustodyWebhook.With(secret.Webhook).In(c.StatePath).On(secret.Where)
	}
	if c.State.Spec.Linkerd.IssuerScheme != state.SchemeKubernetes {
		return nil, problem.CustodyScheme.With().In(c.StatePath).On("spec.linkerd.issuerScheme")
	}
	if strings.Count(secret.Public["tls.crt"], "-----BEGIN CERTIFICATE-----") > 1 {
		return nil, problem.CustodyCrossSign.With().In(c.StatePath).On(secret.Where + ".certificate")
	}
	if err := c.checkRenewal(); err != nil {
		return nil, err
	}
	anchor, foreign, err := c.signer(secret.Certificate)
	if err != nil || foreign {
		return nil, err
	}
	metadata := secretMetadata{Name: issuerSecret, Namespace: secret.Namespace, Labels: secret.Labels,
		Annotations: map[string]string{certificateHint: secret.Certificate.Fingerprint()}}
	return render.Documents(c.issuerCertificate(metadata, anchor))
}

// issuerCertificate is the Certificate of an issuer under an anchor. Its usages
// have no server or client authentication: webpki holds leaves to them.
func (c *Custody) issuerCertificate(metadata secretMetadata, anchor string) map[string]any {
	l := c.State.Spec.Linkerd
	name := pki.Identity{Namespace: l.Namespace, TrustDomain: l.TrustDomain}.IssuerName()
	return certManagerObject(certManagerVersion, "Certificate", metadata, map[string]any{
		"secretName":     metadata.Name,
		"secretTemplate": map[string]any{"labels": metadata.Labels},
		"isCA":           true,
		"commonName":     name,
		"dnsNames":       []string{name},
		"duration":       time.Duration(c.State.Spec.Validity.Issuer).String(),
		"renewBefore":    time.Duration(c.State.Spec.Custody.RenewBefore).String(),
		"renewal":        map[string]any{"policy": c.renewalPolicy()},
		"privateKey":     p256,
		"usages":         caUsages,
		"issuerRef":      clusterIssuer(AnchorSecret(anchor)),
	})
}

var (
	p256     = map[string]any{"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"}
	caUsages = []string{"cert sign", "crl sign"}
)

func clusterIssuer(name string) map[string]any {
	return map[string]any{"group": "cert-manager.io", "kind": "ClusterIssuer", "name": name}
}

// renewalPolicy: while a rotation is under way nothing is renewed behind its back.
func (c *Custody) renewalPolicy() string {
	if c.State.Status.Rotation != nil {
		return renewalDisabled
	}
	return renewalRenewBefore
}

// checkRenewal: between two renewals there has to be room for a phase, whose
// leaves have to expire.
func (c *Custody) checkRenewal() error {
	spec := c.State.Spec
	every := time.Duration(spec.Validity.Issuer - spec.Custody.RenewBefore)
	phase := time.Duration(spec.Leaf.Lifetime + spec.Leaf.ClockSkew)
	switch {
	case time.Duration(spec.Custody.RenewBefore) < minRenewBefore:
		return problem.CustodyRenewBefore.With(time.Duration(spec.Custody.RenewBefore), minRenewBefore).
			In(c.StatePath).On("spec.custody.renewBefore")
	case every < phase:
		return problem.CustodyRenewal.With(every, phase).In(c.StatePath).On("spec.custody.renewBefore")
	}
	return nil
}

// signer is the name of the anchor that signed an issuer. An adopted anchor, whose
// key the state does not name, is foreign: the Certificate of its issuer was in the
// cluster before, with an Issuer of its own, and stays what it is.
func (c *Custody) signer(issuer pki.Certificate) (name string, foreign bool, err error) {
	for _, a := range c.State.Status.Anchors {
		bundle, err := pki.ReadBundle([]byte(a.Certificate))
		if err != nil || pki.CheckStructure(bundle, pki.Chain{issuer}) != nil {
			continue
		}
		if a.Key == linkerd.TrustAnchor {
			return a.Name, true, nil // as Linkerd's documentation and Buoyant's chart name it: it is theirs
		}
		if a.Key != "" && a.Key != AnchorSecret(a.Name) {
			return "", false, problem.CustodyForeignAnchor.With(a.Name, AnchorSecret(a.Name)).In(c.StatePath).On("status.anchors")
		}
		return a.Name, a.Key == "", nil
	}
	return "", false, problem.CustodyForeignAnchor.With(issuer.Subject.CommonName, anchorPart+"NAME").In(c.StatePath).On("status.anchors")
}

// certManagerBeside are the anchors' Certificates and ClusterIssuers and, where
// Linkerd takes its trust roots from outside, the Bundle.
func certManagerBeside(c *Custody, m *render.Material) ([]byte, error) {
	objects := []any{c.selfSigner()}
	for _, a := range c.State.Status.Anchors {
		if a.Key != AnchorSecret(a.Name) {
			continue // cert-manager does not have this one
		}
		bundle, err := pki.ReadBundle([]byte(a.Certificate))
		if err != nil {
			return nil, err
		}
		certificate := bundle.Certificates()[0]
		// The duration that was asked for: another one would have it made anew.
		life := certificate.NotAfter.Sub(certificate.NotBefore)
		objects = append(objects, c.anchorObjects(a.Name, certificate.Subject.CommonName, life, certificate.Fingerprint())...)
	}
	if c.State.Spec.Linkerd.ExternalCA {
		objects = append(objects, c.bundle(string(m.Bundle.Marshal())))
	}
	return render.Documents(objects...)
}

func (c *Custody) selfSigner() any {
	return certManagerObject(certManagerVersion, "ClusterIssuer", secretMetadata{Name: selfSigned}, map[string]any{"selfSigned": map[string]any{}})
}

// anchorObjects are the Certificate of an anchor, which is never renewed, and the
// ClusterIssuer that signs with it. renewBefore is for cert-manager 1.21.0, which
// knows the policy and does not heed it.
func (c *Custody) anchorObjects(name, commonName string, life time.Duration, fingerprint string) []any {
	metadata := secretMetadata{Name: AnchorSecret(name), Namespace: c.State.Spec.Custody.TrustNamespace}
	if fingerprint != "" {
		metadata.Annotations = map[string]string{certificateHint: fingerprint}
	}
	certificate := certManagerObject(certManagerVersion, "Certificate", metadata, map[string]any{
		"secretName":  AnchorSecret(name),
		"isCA":        true,
		"commonName":  commonName,
		"duration":    life.String(),
		"renewBefore": minRenewBefore.String(),
		"renewal":     map[string]any{"policy": renewalDisabled},
		"privateKey":  p256,
		"usages":      caUsages,
		"issuerRef":   clusterIssuer(selfSigned),
	})
	issuer := certManagerObject(certManagerVersion, "ClusterIssuer", secretMetadata{Name: AnchorSecret(name)},
		map[string]any{"ca": map[string]any{"secretName": AnchorSecret(name)}})
	return []any{certificate, issuer}
}

// bundle has trust-manager write the ConfigMap that identity and the injector
// read, from the state's own bytes.
func (c *Custody) bundle(anchors string) any {
	return certManagerObject("trust.cert-manager.io/v1alpha1", "Bundle", secretMetadata{Name: linkerd.TrustRoots}, map[string]any{
		"sources": []any{map[string]any{"inLine": anchors}},
		"target": map[string]any{
			"configMap":         map[string]any{"key": linkerd.TrustRootsKey},
			"namespaceSelector": map[string]any{"matchLabels": map[string]string{linkerd.IsControlPlane: "true"}},
		},
	})
}

// Incoming are the objects with which cert-manager makes a new anchor, and a
// first issuer under it: what `start anchor` is brought afterwards.
func (c *Custody) Incoming(name string) ([]byte, error) {
	if c.Name != state.CustodyCertManager {
		return nil, problem.CustodyNotCertManager.With(c.Name).In(c.StatePath).On("spec.custody.kind")
	}
	if err := c.checkRenewal(); err != nil {
		return nil, err
	}
	spec := c.State.Spec
	commonName := anchorCommonName(spec.Linkerd.TrustDomain, name)
	if len(commonName) > maxCommonName {
		return nil, problem.CustodyLongName.With(commonName, maxCommonName)
	}
	objects := append([]any{c.selfSigner()}, c.anchorObjects(name, commonName, time.Duration(spec.Validity.Anchor), "")...)
	first := c.issuerCertificate(secretMetadata{Name: issuerSecret + "-" + dnsName(name) + "-1", Namespace: spec.Linkerd.Namespace}, name)
	return render.Documents(append(objects, first)...)
}

func anchorCommonName(trustDomain, name string) string { return "root." + trustDomain + " " + name }

// OwnAnchor reports whether an anchor was made with the objects of [Custody.Incoming]
// under that name.
func OwnAnchor(trustDomain, name string, anchor pki.Certificate) bool {
	return anchor.Subject.CommonName == anchorCommonName(trustDomain, name)
}

// maxCommonName is ub-common-name of RFC 5280 in characters.
const maxCommonName = 64
