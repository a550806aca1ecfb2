package keyfile

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// provePassphrase refuses a passphrase for minted keys that opens no key file of the state.
// The first one that it opens is enough: each costs a second or so.
func provePassphrase(c *custody.Custody, minted []rotation.Minted) error {
	if c.Name != state.CustodyAge || !c.State.Spec.Custody.Passphrase {
		return nil
	}
	keys, err := render.NamedKeys(c.State)
	if err != nil {
		return statefile.Named(err, c.StatePath, c.StatePath)
	}
	var tried []string
	for _, k := range keys {
		if k.Path == "" || slices.ContainsFunc(minted, func(m rotation.Minted) bool { return m.Path == k.Path }) {
			continue
		}
		file, err := Read(c, k.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return err
		}
		if facts, err := c.Facts(file); err != nil || !facts.Passphrase {
			continue
		}
		pem, err := c.OpenPEM(file, k.Path)
		clear(pem)
		if err == nil {
			return nil
		}
		if code := problem.Of(err)[0].Code; code != problem.CustodyWrongPassphrase.Code && code != problem.CustodyTampered.Code {
			return err // there is no passphrase
		}
		tried = append(tried, k.Path)
	}
	if len(tried) == 0 {
		return nil
	}
	return problem.CustodyPassphraseDiffers.With(strings.Join(tried, ", ")).In(c.StatePath).On("spec.custody.passphrase")
}
