package rotation

import (
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// anchor brings or mints B and b, and for cross-sign X, and sets the roles.
func (b *beginning) anchor() error {
	outgoing, err := b.current()
	if err != nil {
		return err
	}
	name, err := b.anchorName()
	if err != nil {
		return err
	}
	anchor, key, err := b.incomingAnchor(name)
	if err != nil {
		return err
	}
	if err := b.distinct(anchor.cert); err != nil {
		return err
	}
	issuer, err := b.incomingIssuer(name+"-1", anchor.cert, key)
	if err == nil {
		err = carries(anchor.cert, issuer.chain, MeshOf(b.next))
	}
	if err != nil {
		return err
	}
	if b.options.Kind == state.KindAnchor {
		if issuer.chain, err = b.strategy(outgoing, anchor.cert, issuer.chain); err != nil {
			return err
		}
	}
	b.addAnchor(anchor)
	b.addIssuer(issuer)
	return nil
}

// newAnchor and newIssuer are incoming material on its way into the state.
type newAnchor struct {
	name, keyPath string
	cert          pki.Certificate
}

type newIssuer struct {
	name, keyPath string
	chain         pki.Chain
}

// addAnchor makes the current anchor outgoing and puts the incoming one behind
// it: their order is that of the bundle. One that was retired is no longer.
func (b *beginning) addAnchor(a newAnchor) {
	st := &b.next.Status
	for i := range st.Anchors {
		if st.Anchors[i].Role == state.RoleCurrent {
			st.Anchors[i].Role = state.RoleOutgoing
			entry := state.Anchor{Name: a.name, Role: state.RoleIncoming, Certificate: text(a.cert.PEM()), Key: a.keyPath}
			st.Anchors = slices.Insert(st.Anchors, i+1, entry)
			break
		}
	}
	var retired []state.Anchor
	for i, r := range b.dossier.retired {
		if r.Fingerprint() != a.cert.Fingerprint() {
			retired = append(retired, st.Retired[i])
		}
	}
	st.Retired = retired
}

func (b *beginning) addIssuer(n newIssuer) {
	st := &b.next.Status
	for i := range st.Issuers {
		if st.Issuers[i].Role == state.RoleCurrent {
			st.Issuers[i].Role = state.RoleOutgoing
		}
	}
	st.Issuers = append(st.Issuers, state.Issuer{Name: n.name, Role: state.RoleIncoming, Certificate: text(n.chain.Marshal()), Key: n.keyPath})
}

// text is PEM as a state file carries it: with a newline at its end.
func text(pem []byte) string { return strings.TrimRight(string(pem), "\n") + "\n" }

// incomingAnchor is the brought anchor, one minted for a brought key, or one
// minted with its key.
func (b *beginning) incomingAnchor(name string) (newAnchor, pki.Key, error) {
	if b.options.Anchor.Certificate != nil {
		return newAnchor{name, b.options.AnchorKeyPath, b.options.Anchor}, b.options.AnchorKey, newRoot(b.options.Anchor, MeshOf(b.next))
	}
	if b.options.Issuer != nil {
		return newAnchor{}, pki.Key{}, problem.RotationIncomplete.With("an issuer was brought without its anchor")
	}
	key, path := b.options.AnchorKey, b.options.AnchorKeyPath
	if key.Signer() == nil {
		var err error
		if key, err = pki.MintKey(pki.FormSEC1, b.random); err != nil {
			return newAnchor{}, key, err
		}
		path = b.keep(name, key)
	}
	cert, err := pki.MintAnchor(key, b.anchorCN(), b.period(b.spec.Validity.Anchor), b.random)
	return newAnchor{name, path, cert}, key, err
}

// incomingIssuer is the brought chain, or an issuer minted under the anchor.
func (b *beginning) incomingIssuer(name string, anchor pki.Certificate, anchorKey pki.Key) (newIssuer, error) {
	if b.options.Issuer != nil {
		return newIssuer{name, b.options.IssuerKeyPath, b.options.Issuer}, pki.AcceptedIssuer(b.options.Issuer[0])
	}
	if anchorKey.Signer() == nil {
		return newIssuer{}, problem.RotationNeedsKey.With("minting an issuer", anchor.Subject.CommonName, anchor.Fingerprint()[:16])
	}
	key, err := pki.MintKey(pki.FormSEC1, b.random)
	if err != nil {
		return newIssuer{}, err
	}
	cert, err := pki.MintIssuer(key.Signer().Public(), issuerCN(b.spec), anchor, anchorKey, b.period(b.spec.Validity.Issuer), b.random)
	if err != nil {
		return newIssuer{}, err
	}
	return newIssuer{name, b.keep(name, key), pki.Chain{cert}}, nil
}

// signedBy refuses an issuer that the anchor it comes with did not sign. The gate of a
// later phase would, when the anchor is in every bundle already.
func signedBy(anchor pki.Certificate, issuer pki.Chain) error {
	for _, c := range issuer {
		if anchor.Signed(c) {
			return nil
		}
	}
	return problem.RotationOtherAnchor.With(anchor.Subject.CommonName, anchor.Fingerprint()[:16], issuer[0].Subject.CommonName,
		issuer[0].Fingerprint()[:16])
}

// distinct refuses an anchor that is another anchor of the state: the same
// certificate, or the same key under another. The same subject with another key
// works, if confusingly; it is what most meshes have, and lint's affair.
func (b *beginning) distinct(anchor pki.Certificate) error {
	for _, a := range b.dossier.anchors {
		switch o := a.cert; {
		case o.Fingerprint() == anchor.Fingerprint():
			return problem.RotationSameAnchor.With(anchor.Subject.CommonName, anchor.Fingerprint()[:16], "is in the state already")
		case sameKey(o, anchor):
			return problem.RotationSameAnchor.With(anchor.Subject.CommonName, anchor.Fingerprint()[:16], "has the key of another anchor")
		}
	}
	return nil
}

// renew makes A' from A: brought, or minted with A's key.
func (b *beginning) renew() error {
	outgoing, err := b.current()
	if err != nil {
		return err
	}
	name, err := b.anchorName()
	if err != nil {
		return err
	}
	renewed := newAnchor{name: name, keyPath: b.currentKeyPath(), cert: b.options.Anchor}
	if renewed.cert.Certificate == nil {
		if b.options.OutgoingKey.Signer() == nil {
			return problem.RotationNeedsKey.With("renewing", outgoing.Subject.CommonName, outgoing.Fingerprint()[:16])
		}
		if renewed.cert, err = pki.RenewAnchor(outgoing, b.options.OutgoingKey, b.period(b.spec.Validity.Anchor), b.random); err != nil {
			return err
		}
	}
	if err := renews(renewed.cert, outgoing); err != nil {
		return err
	}
	b.addAnchor(renewed)
	if b.options.Issuer == nil && !b.issuerExpired() {
		return nil
	}
	issuer, err := b.incomingIssuer(name+"-1", renewed.cert, b.options.OutgoingKey)
	if err == nil {
		err = carries(renewed.cert, issuer.chain, MeshOf(b.next))
	}
	if err != nil {
		return err
	}
	b.addIssuer(issuer)
	return nil
}

// issuerExpired reports whether the issuer in force has expired: identity then
// signs nothing, with a renewed anchor or without, so a renewal replaces it too.
func (b *beginning) issuerExpired() bool {
	for _, i := range b.dossier.issuers {
		if i.role == state.RoleCurrent {
			return !i.chain[0].NotAfter.After(b.at.Add(time.Duration(b.spec.Leaf.ClockSkew)))
		}
	}
	return false
}

// currentKeyPath is where the current anchor's key lives, if custody holds it.
func (b *beginning) currentKeyPath() string {
	for _, a := range b.next.Status.Anchors {
		if a.Role == state.RoleCurrent {
			return a.Key
		}
	}
	return ""
}

// issuer brings or mints a new issuer under the current anchor.
func (b *beginning) issuer() error {
	anchor, err := b.current()
	if err != nil {
		return err
	}
	name, err := b.issuerName()
	if err != nil {
		return err
	}
	issuer, err := b.incomingIssuer(name, anchor, b.options.OutgoingKey)
	if err != nil {
		return err
	}
	b.addIssuer(issuer)
	return nil
}
