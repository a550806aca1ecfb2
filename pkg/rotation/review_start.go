package rotation

import (
	"bytes"
	"maps"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// sameBeginning: a start adds what is incoming and makes the current ones
// outgoing. All else stands as it did: without what the start did, the lists are
// those of base, with their names, order, certificates and keys.
func sameBeginning(base, from *state.Rotation, to string) error {
	was, is := base.Status, withoutStart(from)
	changed := ""
	switch {
	case !slices.Equal(was.Anchors, is.Anchors):
		changed = "anchors that were there are not the same"
	case !slices.Equal(was.Issuers, is.Issuers):
		changed = "issuers that were there are not the same"
	case !maps.Equal(was.Webhooks, is.Webhooks):
		changed = "webhooks that were there are not the same, or others came"
	case !inOrder(from.Status):
		changed = "what comes is not in its place: an anchor behind the outgoing one, an issuer at the end"
	}
	if changed != "" {
		return problem.RotationNoMove.With(base.Status.Phase, to, changed)
	}
	return incomingFits(from)
}

// inOrder: incoming material is where a start puts it. The order of anchors is that
// of the bundle, and who reviews a new one expects it in no other place.
func inOrder(st state.Status) bool {
	for i, a := range st.Anchors {
		if a.Role == state.RoleIncoming && (i == 0 || st.Anchors[i-1].Role != state.RoleOutgoing) {
			return false
		}
	}
	for i, issuer := range st.Issuers {
		if issuer.Role == state.RoleIncoming && i != len(st.Issuers)-1 {
			return false
		}
	}
	return true
}

// withoutStart is the status before the rotation brought its incoming material.
func withoutStart(from *state.Rotation) state.Status {
	st := from.Clone().Status
	var anchors []state.Anchor
	for _, a := range st.Anchors {
		if a.Role != state.RoleIncoming {
			a.Role = roleBefore(a.Role)
			anchors = append(anchors, a)
		}
	}
	var issuers []state.Issuer
	for _, i := range st.Issuers {
		if i.Role != state.RoleIncoming {
			i.Role = roleBefore(i.Role)
			issuers = append(issuers, i)
		}
	}
	if st.Rotation.Kind == state.KindWebhooks {
		for name, w := range st.Webhooks {
			w.Incoming = nil
			st.Webhooks[name] = w
		}
	}
	st.Anchors, st.Issuers = anchors, issuers
	return st
}

func roleBefore(role string) string {
	if role == state.RoleOutgoing {
		return state.RoleCurrent
	}
	return role
}

// incomingFits asks of incoming material what [Start] asks of what is brought.
func incomingFits(from *state.Rotation) error {
	d, err := openDossier(from, nil)
	if err != nil {
		return err
	}
	incoming, comes := d.anchor(state.RoleIncoming)
	if comes {
		if from.Status.Rotation.Kind == state.KindRenew {
			outgoing, _ := d.anchor(state.RoleOutgoing)
			err = renews(incoming, outgoing)
		} else {
			err = newRoot(incoming, MeshOf(from))
		}
	}
	for _, i := range d.issuers {
		if err == nil && i.role == state.RoleIncoming {
			err = pki.AcceptedIssuer(i.chain[0])
		}
		if err == nil && comes && i.role == state.RoleIncoming {
			err = carries(incoming, i.chain, MeshOf(from))
		}
	}
	if err != nil {
		return err
	}
	return proxiesTake(from)
}

// newRoot: a new anchor is a root with a key and a signature that proxies accept, under
// which an issuer of the mesh works.
// A renewed one has the key that the mesh has, whatever that is.
func newRoot(anchor pki.Certificate, id pki.Identity) error {
	if err := selfSigned(anchor); err != nil {
		return err
	}
	if err := fits(anchor, id); err != nil {
		return err
	}
	return pki.AcceptedAnchor(anchor)
}

// selfSigned: an anchor that a rotation brings is a root. What runs already may
// trust an intermediate; nothing new should, for its issuer could revoke it or
// end sooner, and nobody would see.
func selfSigned(anchor pki.Certificate) error {
	_, err := pki.ParseBundle(anchor.PEM())
	return err
}

// renews: a renewed anchor is another root with the key and the name of the old
// one; a proxy takes it for the same.
func renews(renewed, outgoing pki.Certificate) error {
	switch {
	case outgoing.Certificate == nil || !sameKey(renewed, outgoing):
		return problem.RotationForeignAnchor.With(renewed.Subject.CommonName, renewed.Fingerprint()[:16], "key")
	case !bytes.Equal(renewed.RawSubject, outgoing.RawSubject):
		return problem.RotationForeignAnchor.With(renewed.Subject.CommonName, renewed.Fingerprint()[:16], "subject")
	}
	return selfSigned(renewed)
}
