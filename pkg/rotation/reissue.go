package rotation

import (
	"fmt"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Reissued gives the state in which the issuer in force is the one that came in
// its place: of the same name, under the same anchor, with a key of its own, as
// a CA in the cluster makes it whenever it renews. It decides nothing, it takes
// down what happened: the phase stays, and the log says so. Since the anchor is
// the same, every bundle that verified the old one verifies the new one.
func Reissued(s *state.Rotation, chain pki.Chain, why string, at time.Time) (*state.Rotation, error) {
	d, err := openDossier(s, NewVerifier(at))
	if err != nil {
		return nil, err
	}
	now, err := d.at(s.Current())
	if err != nil {
		return nil, err
	}
	old, issuer := now.Issuer[0], chain[0]
	anchor, found := d.signerOf(old)
	same, err := pki.NewBundle(anchor)
	switch {
	case !found || err != nil:
		return nil, problem.RotationReissued.With("no anchor of the state signed the issuer in force")
	case issuer.Fingerprint() == old.Fingerprint():
		return nil, problem.RotationReissued.With("it is the issuer in force, " + issuer.Fingerprint()[:16])
	case issuer.Subject.CommonName != old.Subject.CommonName:
		return nil, problem.RotationReissued.With(fmt.Sprintf("it is called %q, and the issuer in force %q", issuer.Subject.CommonName, old.Subject.CommonName))
	case pki.CheckStructure(same, pki.Chain{issuer}) != nil:
		return nil, problem.RotationReissued.With(fmt.Sprintf("it is no CA under the anchor %q, which signed the one in force", anchor.Subject.CommonName))
	case at.Before(issuer.NotBefore) || at.After(issuer.NotAfter):
		return nil, problem.RotationReissued.With(fmt.Sprintf("it is valid from %s to %s", instantText(issuer.NotBefore),
			instantText(issuer.NotAfter)))
	}
	next := s.Clone()
	signing := s.Issuing().Name
	dropExpiredIssuers(&next.Status, d, at)
	for i := range next.Status.Issuers {
		if next.Status.Issuers[i].Name == signing {
			next.Status.RetiredIssuers = append(next.Status.RetiredIssuers,
				state.RetiredIssuer{Name: signing, Certificate: next.Status.Issuers[i].Certificate})
			next.Status.Issuers[i].Certificate = text(pki.Chain{issuer}.Marshal())
		}
	}
	record(next, at, state.LogEntry{Move: state.MoveReissue, Issuer: issuer.Fingerprint(), Replaced: old.Fingerprint(), Why: why})
	return next, nil
}

// dropExpiredIssuers forgets the retired issuers that have expired, and so have
// the leaves of: a CA that renews each day would add one each day.
func dropExpiredIssuers(st *state.Status, d *dossier, at time.Time) {
	var kept []state.RetiredIssuer
	for i, r := range st.RetiredIssuers {
		if at.Before(d.abandoned[i].chain[0].NotAfter.Add(clocksDiffer)) {
			kept = append(kept, r)
		}
	}
	st.RetiredIssuers = kept
}

// signerOf is the anchor of the state that signed a certificate.
func (d *dossier) signerOf(c pki.Certificate) (pki.Certificate, bool) {
	for _, a := range d.anchors {
		alone, err := pki.NewBundle(a.cert)
		if err == nil && pki.CheckStructure(alone, pki.Chain{c}) == nil {
			return a.cert, true
		}
	}
	return pki.Certificate{}, false
}
