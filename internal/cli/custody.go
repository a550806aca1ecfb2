package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// custodyFlags say what opens key files.
type custodyFlags struct{ identity, passphraseFile string }

func (f *custodyFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.identity, "identity", "", "file with the identity that opens key files (default: env L5D_PKI_AGE_IDENTITY, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE)")
	cmd.Flags().StringVar(&f.passphraseFile, "passphrase-file", "", "file with the passphrase of key files (default: env L5D_PKI_AGE_PASSPHRASE)")
}

// custodyOf is the state's custody in the world of this call.
func (a *app) custodyOf(statePath string, s *state.Rotation, f custodyFlags) (*custody.Custody, error) {
	return custody.New(custody.World{
		State: s, StatePath: statePath, Getenv: a.Getenv, Random: a.Random,
		ReadFile: func(path string) ([]byte, error) { return readFile(path, maxState) },
		Identity: f.identity, PassphraseFile: f.passphraseFile,
	})
}

// secretsAs is how the Secrets of a phase are written: with Keys, or, if Apart
// is not nil, with what stands in their place.
type secretsAs struct {
	keys   render.Keys
	apart  render.Apart
	beside []byte
}

// loadSecrets reads what a command needs of the custody: the private keys, for a
// custody that hands them to this command or when they are asked for, and
// otherwise what stands in the Secrets' place.
func (a *app) loadSecrets(statePath string, s *state.Rotation, command custody.Command, layout render.Layout, withKeys bool, f custodyFlags) (secretsAs, error) {
	c, err := a.custodyOf(statePath, s, f)
	if err != nil {
		return secretsAs{}, err
	}
	emission := c.Emits[command]
	if withKeys {
		emission = custody.WithKey
	}
	if emission == custody.WithKey {
		keys, err := a.openKeys(c)
		return secretsAs{keys: keys}, err
	}
	m, err := render.NewMaterial(s, nil)
	if err != nil {
		return secretsAs{}, named(err, statePath, statePath)
	}
	out := secretsAs{apart: render.Apart{}}
	for _, secret := range m.SealedSecrets(layout) {
		out.apart[secret.SecretID] = a.standIn(c, emission, secret)
	}
	if emission == custody.StandIn && c.Beside != nil {
		out.beside, err = c.Beside(c, m)
	}
	return out, err
}

// standIn is what stands in one Secret's place.
func (a *app) standIn(c *custody.Custody, emission custody.Emission, secret render.KeySecret) render.StandIn {
	if emission == custody.Nothing {
		return render.StandIn{}
	}
	var file []byte
	if c.Kind.Seal != nil {
		var err error
		if secret.KeyPath == "" {
			return render.StandIn{Err: problem.RenderNoKeyPath.With().In(c.StatePath).On(secret.Where + ".key")}
		}
		if file, err = readFile(beside(c.StatePath, secret.KeyPath), maxKey); err != nil {
			return render.StandIn{Err: err}
		}
	}
	text, err := c.StandIn(c, secret, file)
	return render.StandIn{Text: text, Err: problem.Of(err).In(secret.KeyPath).Err()}
}

// openKeys reads the private keys that the phase needs: those of the signing
// issuer and of the webhooks in force. One that cannot be read is an error only
// where it is needed.
func (a *app) openKeys(c *custody.Custody) (render.Keys, error) {
	all, err := render.NamedKeys(c.State)
	if err != nil {
		return nil, named(err, c.StatePath, c.StatePath)
	}
	of := map[string]render.NamedKey{}
	for _, k := range all {
		of[k.Path] = k
	}
	if c.Kind.Open == nil {
		_, err := c.Open(nil, render.NamedKey{})
		return nil, err
	}
	keys := render.Keys{}
	for _, path := range render.KeyPaths(c.State) {
		pem, err := a.openKey(c, of[path])
		keys[path] = render.Key{PEM: pem, Err: err}
	}
	return keys, nil
}

// openKey reads and opens one key file.
func (a *app) openKey(c *custody.Custody, of render.NamedKey) ([]byte, error) {
	file, err := readFile(beside(c.StatePath, of.Path), maxKey)
	if err != nil {
		return nil, err
	}
	defer clear(file)
	key, err := c.Open(file, of)
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	return key.PEM(), nil
}
