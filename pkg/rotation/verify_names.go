package rotation

import (
	"cmp"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// MeshOf is what names the leaves of a state's mesh.
func MeshOf(s *state.Rotation) pki.Identity {
	spec := s.Spec.Linkerd
	return pki.Identity{
		Namespace:   cmp.Or(spec.Namespace, state.DefaultNamespace),
		TrustDomain: cmp.Or(spec.TrustDomain, state.DefaultTrustDomain),
	}
}

// Issues remembers that identity of the mesh signs with the chain's issuer: name
// constraints are then asked about the leaves of that mesh. Of an issuer that no state
// has, the names of leaves are not known.
func (v *Verifier) Issues(id pki.Identity, c pki.Chain) {
	if v == nil || len(c) == 0 {
		return
	}
	issuer := c[0].Fingerprint()
	if !slices.Contains(v.meshes[issuer], id) {
		v.meshes[issuer] = append(v.meshes[issuer], id)
	}
}

// learn remembers all issuers of a state.
func (v *Verifier) learn(d *dossier) {
	id := MeshOf(d.state)
	for _, i := range slices.Concat(d.issuers, d.abandoned) {
		v.Issues(id, i.chain)
	}
}

func (v *Verifier) meshesOf(c pki.Chain) []pki.Identity { return v.meshes[v.printsOf(c[:1])[0]] }

// onlyDates reports whether a chain that a verifier refused would verify at a time
// when all certificates are within their dates.
func (v *Verifier) onlyDates(b pki.Bundle, c pki.Chain, by string) bool {
	return v.structural(b, c) && (by != ByProxy || v.Verify(b, c, byProxyStructure) == nil)
}
