package moves

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ReadBack writes the certificate of an issuer that the cluster made into the state,
// in the place of the one in force, and returns it.
func (w World) ReadBack(statePath, issuer, why string) (pki.Certificate, error) {
	chain, err := keyfile.ReadChain(issuer)
	if err != nil {
		return pki.Certificate{}, err
	}
	return chain[0], keyfile.ChangeState(w.Files, statePath, func(current *state.Rotation) (keyfile.Change, error) {
		c, err := w.Custody.Of(statePath, current)
		if err != nil {
			return keyfile.Change{}, err
		}
		if !c.Refers() {
			return keyfile.Change{}, problem.CustodyNoReadBack.With(c.Name).In(statePath).On("spec.custody.kind")
		}
		next, err := rotation.Reissued(current, chain, why, w.Now())
		if err != nil {
			return keyfile.Change{}, problem.Of(err).In(issuer).Err()
		}
		return keyfile.Change{Next: next}, nil
	})
}
