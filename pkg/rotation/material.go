package rotation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Material is what one phase fixes: D, the bundle that the control plane
// delivers, and I, the chain that identity signs with.
type Material struct {
	Bundle pki.Bundle
	Issuer pki.Chain
}

// dossier is a state with its certificates parsed, once.
type dossier struct {
	state   *state.Rotation
	verify  *Verifier
	anchors []anchorEntry
	issuers []issuerEntry
	retired []pki.Certificate
	// abandoned are the chains of status.retiredIssuers.
	abandoned []issuerEntry
}

type anchorEntry struct {
	name, role string
	cert       pki.Certificate
}

type issuerEntry struct {
	name, role string
	chain      pki.Chain
}

// openDossier parses every certificate of the state's anchors and issuers; all
// problems are reported together, with their path in the file.
func openDossier(s *state.Rotation, v *Verifier) (*dossier, error) {
	d := &dossier{state: s, verify: v}
	var problems problem.List
	for i, a := range s.Status.Anchors {
		cert, err := v.anchor(a)
		problems = append(problems, problem.Of(err).Under(fmt.Sprintf("status.anchors[%d].certificate", i))...)
		d.anchors = append(d.anchors, anchorEntry{a.Name, a.Role, cert})
	}
	for i, is := range s.Status.Issuers {
		chain, err := v.chain(is.Certificate)
		problems = append(problems, problem.Of(err).Under(fmt.Sprintf("status.issuers[%d].certificate", i))...)
		d.issuers = append(d.issuers, issuerEntry{is.Name, is.Role, chain})
	}
	for i, a := range s.Status.Retired {
		cert, err := v.anchor(a)
		problems = append(problems, problem.Of(err).Under(fmt.Sprintf("status.retired[%d].certificate", i))...)
		d.retired = append(d.retired, cert)
	}
	for i, is := range s.Status.RetiredIssuers {
		chain, err := v.chain(is.Certificate)
		problems = append(problems, problem.Of(err).Under(fmt.Sprintf("status.retiredIssuers[%d].certificate", i))...)
		d.abandoned = append(d.abandoned, issuerEntry{name: is.Name, chain: chain})
	}
	v.learn(d)
	return d, problems.Err()
}

func oneAnchor(a state.Anchor) (pki.Certificate, error) {
	bundle, err := pki.ReadBundle([]byte(a.Certificate))
	if err != nil {
		return pki.Certificate{}, err
	}
	if bundle.Len() != 1 {
		return pki.Certificate{}, problem.RotationOneAnchor.With(a.Name, bundle.Len())
	}
	return bundle.Certificates()[0], nil
}

// MaterialOf is what the phase of s delivers and signs with.
func MaterialOf(s *state.Rotation) (Material, error) {
	d, err := openDossier(s, nil)
	if err != nil {
		return Material{}, err
	}
	return d.at(s.Current())
}

// at is the material of a phase of this rotation. A renewal signs with the
// current issuer, or with the incoming one where the issuer had expired too.
func (d *dossier) at(p state.Phase) (Material, error) {
	if p.Issuer == state.RoleCurrent {
		return d.of(p.Bundle, d.eitherIssuer(state.RoleIncoming))
	}
	return d.of(p.Bundle, p.Issuer)
}

// before is the material of the stable phase that the rotation began in, after
// that of the stable phase it ends in: the roles that stay are "current".
func (d *dossier) before() (Material, error) {
	return d.of(d.eitherAnchor(state.RoleOutgoing), d.eitherIssuer(state.RoleOutgoing))
}

func (d *dossier) after() (Material, error) {
	m, err := d.of(d.eitherAnchor(state.RoleIncoming), d.eitherIssuer(state.RoleIncoming))
	if r := d.state.Status.Rotation; err == nil && r != nil && r.Strategy == state.StrategyCrossSign {
		m.Issuer = m.Issuer[:1] // the cross certificate goes
	}
	return m, err
}

func (d *dossier) eitherAnchor(role string) []string {
	if slices.ContainsFunc(d.anchors, func(a anchorEntry) bool { return a.role == role }) {
		return []string{role}
	}
	return []string{state.RoleCurrent}
}

func (d *dossier) eitherIssuer(role string) string {
	if slices.ContainsFunc(d.issuers, func(i issuerEntry) bool { return i.role == role }) {
		return role
	}
	return state.RoleCurrent
}

func (d *dossier) of(anchorRoles []string, issuerRole string) (Material, error) {
	var certs []pki.Certificate
	for _, a := range d.anchors {
		if a.role == state.RoleExtra || slices.Contains(anchorRoles, a.role) {
			certs = append(certs, a.cert)
		}
	}
	bundle, err := pki.NewBundle(certs...)
	if err != nil {
		return Material{}, problem.Of(err).Under("status.anchors").Err()
	}
	for _, i := range d.issuers {
		if i.role == issuerRole {
			return Material{bundle, i.chain}, nil
		}
	}
	return Material{}, problem.RotationNoIssuer.With(issuerRole, d.state.Status.Phase).On("status.issuers")
}

// anchor is the anchor of a role.
func (d *dossier) anchor(role string) (pki.Certificate, bool) {
	for _, a := range d.anchors {
		if a.role == role {
			return a.cert, true
		}
	}
	return pki.Certificate{}, false
}

// bundleID and chainID name a bundle as a set and a chain by its issuer and
// what it carries; two that verify alike may still differ.
func bundleID(b pki.Bundle) string { return bundleIDOf(fingerprints(b.Certificates())) }

func bundleIDOf(fps []string) string {
	slices.Sort(fps)
	return strings.Join(fps, " ")
}

func chainID(c pki.Chain) string { return chainIDOf(fingerprints(c)) }

func chainIDOf(fps []string) string { return strings.Join(fps, " ") }

func fingerprints(certs []pki.Certificate) []string {
	fps := make([]string, len(certs))
	for i, c := range certs {
		fps[i] = c.Fingerprint()
	}
	return fps
}

// Same tells whether both deliver the same set of anchors and sign with the same chain.
func (m Material) Same(o Material) bool {
	return bundleID(m.Bundle) == bundleID(o.Bundle) && chainID(m.Issuer) == chainID(o.Issuer)
}
