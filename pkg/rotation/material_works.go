package rotation

import (
	"fmt"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// refused asks both verifiers, dates left out: those have alarms of their own.
func (c *scene) refused(now Material) string {
	for _, by := range []struct{ verifier, text string }{
		{byStructure, "identity refuses the issuer in use: %s"},
		{byProxyStructure, "proxies refuse every leaf of the issuer in use: %s"},
	} {
		if err := c.verifier.Verify(now.Bundle, now.Issuer, by.verifier); err != nil {
			return fmt.Sprintf(by.text, causeOf(err))
		}
	}
	return ""
}

// spareNotes name anchors that have ended and that the chain in use does not need.
func (s *Status) spareNotes() (notes []string) {
	for _, x := range s.Certificates {
		if s.spare(x) && x.Expired {
			notes = append(notes, fmt.Sprintf("%s: %s %q is in the bundle, and the issuer in use does not need it; `linkerd check` fails until it is dropped", x.Ago(s.At), x.Kind, x.Name))
		}
	}
	return notes
}

// spare reports whether the chain in use verifies without the certificate: identity
// goes by another anchor.
func (s *Status) spare(x Expiry) bool { return x.Kind == "anchor" && x.InUse && s.Signs }

// ofRefusedMesh gives pairs that fail because the mesh does not work as it is the hint
// that leads out: neither a wait nor a restart does.
func (c *scene) ofRefusedMesh(now Material, shut problem.List) problem.List {
	gate := []problem.Code{problem.RotationG1.Code, problem.RotationG2.Code, problem.RotationG3.Code}
	if !slices.ContainsFunc(shut, func(p *problem.Problem) bool { return slices.Contains(gate, p.Code) }) || c.refused(now) == "" {
		return shut
	}
	for _, p := range shut {
		if slices.Contains(gate, p.Code) {
			p.Hints = []string{"the bundle and the issuer in force do not work with each other: `l5d-pki-render doctor` prints the commands that repair this, in order"}
		}
	}
	return shut
}

// fits refuses an anchor under which no issuer of the mesh works. The gate would in a
// later phase, when the anchor is in every bundle already.
func fits(anchor pki.Certificate, id pki.Identity) error {
	if words := pki.UnfitFor(anchor, id); words != "" {
		return problem.RotationUnfit.With(anchor.Subject.CommonName, anchor.Fingerprint()[:16], words)
	}
	return nil
}

// carries refuses an issuer whose chain does not lead to the anchor that it comes with,
// or whose name constraints exclude the leaves of the mesh.
func carries(anchor pki.Certificate, issuer pki.Chain, id pki.Identity) error {
	if err := signedBy(anchor, issuer); err != nil {
		return err
	}
	bundle, err := pki.NewBundle(anchor)
	if err == nil {
		err = pki.CheckStructure(bundle, issuer)
	}
	if err == nil {
		err = pki.CheckMesh(bundle, issuer, []pki.Identity{id})
	}
	return err
}

// proxiesTake refuses incoming authorities that proxies do not read as Go does, and
// those whose name constraints exclude some leaves of the mesh: no gate sees all
// namespaces, and those of tomorrow are in no observation. Constraints that a
// certificate in force has too change nothing for any leaf.
func proxiesTake(s *state.Rotation) error {
	d, err := openDossier(s, nil)
	if err != nil {
		return err
	}
	var coming, there pki.Chain
	sort := func(role string, chain ...pki.Certificate) {
		if role == state.RoleIncoming {
			coming = append(coming, chain...)
		} else {
			there = append(there, chain...)
		}
	}
	for _, a := range d.anchors {
		sort(a.role, a.cert)
	}
	for _, i := range d.issuers {
		sort(i.role, i.chain...)
	}
	for _, c := range coming {
		if words := c.UnreadByProxies(); words != "" {
			return problem.RotationUnread.With(c.Subject.CommonName, c.Fingerprint()[:16], words)
		}
		if words := c.ExcludesSome(MeshOf(s)); words != "" && !slices.ContainsFunc(there, c.SameConstraints) {
			return problem.RotationExcludes.With(c.Subject.CommonName, c.Fingerprint()[:16], words)
		}
	}
	return nil
}
