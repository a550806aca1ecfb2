package adopt

import (
	"fmt"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// nameClusterAnchor names the Secret in which cert-manager keeps the anchor in force,
// and takes over for how long it makes issuers. Certificates of the cluster's own
// stay in charge until a rotation leaves that anchor, so the notes say what to do.
func nameClusterAnchor(s *state.Rotation, c render.ClusterAnchor) (notes []string) {
	if c.Operator {
		notes = append(notes, "the cluster has a "+linkerd.TrustAnchorRotation+" of Buoyant's trust-rotation operator: let only one of the two rotate; uninstall the operator before the first `start`")
	}
	i := anchorOf(s, c)
	if i < 0 {
		return notes
	}
	s.Status.Anchors[i].Key = linkerd.TrustAnchor
	if c.Namespace != "" && c.Namespace != state.DefaultTrustNamespace {
		s.Spec.Custody.TrustNamespace = c.Namespace
	}
	signer := ""
	if c.Signer != "" {
		signer = ", with which " + c.Signer + " signs"
	}
	notes = append(notes, fmt.Sprintf("anchor %q is in Secret %s%s: your Certificate %s stays in charge of the issuer until the phase issuer-switched; remove it from your repository in that commit",
		s.Status.Anchors[i].Name, linkerd.TrustAnchor, signer, linkerd.IssuerSecret))
	if c.Renews {
		notes = append(notes, "Certificate "+linkerd.TrustAnchor+" renews itself, which would replace the anchor outside of any rotation: set spec.renewal.policy to Disabled (cert-manager 1.21.1), or take it out of the cluster and keep its Secret")
	}
	return append(notes, takeDurations(s, c)...)
}

// anchorOf is the index of the anchor that the cluster has; -1 if none is.
func anchorOf(s *state.Rotation, c render.ClusterAnchor) int {
	if !c.Known() {
		return -1
	}
	for i, a := range s.Status.Anchors {
		bundle, err := pki.ReadBundle([]byte(a.Certificate))
		if err != nil || a.Key != "" {
			continue
		}
		certificate := bundle.Certificates()[0]
		if c.Fingerprint == certificate.Fingerprint() || c.Fingerprint == "" && a.Role == state.RoleCurrent &&
			c.CommonName == certificate.Subject.CommonName {
			return i
		}
	}
	return -1
}

// takeDurations takes over how long the issuer lives and when it is renewed, where
// that leaves room for a phase.
func takeDurations(s *state.Rotation, c render.ClusterAnchor) []string {
	lives, err := time.ParseDuration(c.Duration)
	if err != nil {
		return nil
	}
	before, err := time.ParseDuration(c.RenewBefore)
	if err != nil {
		before = lives / 3 // as cert-manager does
	}
	leaf := s.WithDefaults().Spec.Leaf
	if room := time.Duration(leaf.Lifetime + leaf.ClockSkew); lives-before < room {
		return []string{fmt.Sprintf("the issuer's Certificate is renewed every %s, which leaves no room for a phase of %s: the state keeps its own validity.issuer and renewBefore for the issuers of the next anchor", lives-before, room)}
	}
	s.Spec.Validity.Issuer, s.Spec.Custody.RenewBefore = state.Duration(lives), state.Duration(before)
	return nil
}
