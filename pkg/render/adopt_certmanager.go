package render

import (
	"bytes"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// ClusterAnchor is what a stream says of a trust anchor that cert-manager made, under
// the names of Linkerd's documentation or of Buoyant's chart linkerd-cert-manager.
type ClusterAnchor struct {
	// Fingerprint is that of the certificate in the anchor's Secret, CommonName the one
	// that its Certificate asks for; "" if the stream does not have them.
	Fingerprint, CommonName string
	// Namespace is where Certificate and Secret of the anchor are.
	Namespace string
	// Signer is the ClusterIssuer or Issuer that signs with the anchor, as "kind name".
	Signer string
	// Renews: the Certificate of the anchor does not say that it is never renewed.
	Renews bool
	// Duration and RenewBefore are those of the issuer's Certificate, as it has them.
	Duration, RenewBefore string
	// Operator: an object of Buoyant's trust-rotation operator is there.
	Operator bool
}

// Known reports whether the stream has the anchor.
func (c ClusterAnchor) Known() bool { return c.Fingerprint != "" || c.CommonName != "" }

// clusterWords are texts without one of which a document says nothing of it.
var clusterWords = [][]byte{[]byte(linkerd.TrustAnchor), []byte(linkerd.IssuerSecret), []byte(linkerd.TrustAnchorRotation)}

// readClusterAnchor reads cert-manager's objects. What is not as expected there is
// theirs, so it is passed over.
func (a *adoption) readClusterAnchor() {
	for _, d := range a.stream.docs {
		found := false
		for _, word := range clusterWords {
			found = found || bytes.Contains(d.Text, word)
		}
		if !found {
			continue
		}
		root, err := d.Parse()
		if err != nil {
			continue // the reader of Linkerd's own objects says so
		}
		for _, o := range a.stream.objectsIn(root) {
			a.adopted.Cluster.take(o, a.state.Spec.Linkerd.Namespace)
		}
	}
}

// take reads one object.
func (c *ClusterAnchor) take(o object, control string) {
	manager := strings.HasPrefix(o.get("apiVersion").Value(), "cert-manager.io/")
	secret := o.get("spec", "secretName").Value()
	switch {
	case o.kind == linkerd.TrustAnchorRotation:
		c.Operator = true
	case o.kind == "Secret" && o.name == linkerd.TrustAnchor:
		text, err := unbase64(o.get("data", linkerd.FieldTLSCert).Value())
		if err != nil {
			return
		}
		if chain, err := pki.ReadChain([]byte(text)); err == nil {
			c.Fingerprint, c.Namespace = chain[0].Fingerprint(), o.namespace
		}
	case manager && o.kind == "Certificate" && secret == linkerd.TrustAnchor:
		c.CommonName, c.Namespace = o.get("spec", "commonName").Value(), o.namespace
		c.Renews = o.get("spec", "renewal", "policy").Value() != "Disabled"
	case manager && o.kind == "Certificate" && secret == linkerd.IssuerSecret && (o.namespace == control || o.namespace == ""):
		c.Duration, c.RenewBefore = o.get("spec", "duration").Value(), o.get("spec", "renewBefore").Value()
	case manager && o.get("spec", "ca", "secretName").Value() == linkerd.TrustAnchor:
		c.Signer = o.kind + " " + o.name
	}
}
