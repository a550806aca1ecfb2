package moves

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// RequestIssuer makes a key at issuerKey and writes a certificate request to a file,
// for a CA that signs elsewhere.
func (w World) RequestIssuer(statePath, issuerKey, file string) error {
	if issuerKey == "" {
		return problem.CLIRequestKey.With()
	}
	s, err := statefile.Load(statePath)
	if err != nil {
		return err
	}
	c, err := w.Custody.Of(statePath, s)
	if err != nil {
		return err
	}
	if err := keyfile.Recover(w.Files, file, keyfile.NamedBy(statePath, s)); err != nil {
		return err
	}
	spec := c.State.Spec.Linkerd
	key, err := pki.MintKey(pki.FormSEC1, w.Custody.Random)
	if err != nil {
		return err
	}
	defer key.Wipe()
	id := pki.Identity{Namespace: spec.Namespace, TrustDomain: spec.TrustDomain}
	request, err := pki.CreateRequest(key, id.IssuerName())
	if err != nil {
		return err
	}
	of, err := render.RequestedKey(s, id.IssuerName(), issuerKey)
	if err != nil {
		return statefile.Named(err, statePath, statePath)
	}
	sealed, err := keyfile.SealAll(c, []rotation.Minted{{Name: of.Name, Path: of.Path, Key: key}}, []render.NamedKey{of})
	if err != nil {
		return err
	}
	first, err := keyfile.Store(w.Files, file, sealed)
	if err != nil {
		return err
	}
	err = w.Files.Create(file, request, 0o644)
	first.Ending(err)
	return err
}
