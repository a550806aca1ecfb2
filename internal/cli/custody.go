package cli

import (
	"fmt"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// custodyFlags say what opens key files.
type custodyFlags struct{ identity, passphraseFile, keyOut string }

func (f *custodyFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.identity, "identity", "", "file with the identity that opens key files (default: env L5D_PKI_AGE_IDENTITY, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE)")
	cmd.Flags().StringVar(&f.passphraseFile, "passphrase-file", "", "file with the passphrase of key files (default: env L5D_PKI_AGE_PASSPHRASE)")
}

// custodyOf is the state's custody in the world of this call.
func (a *app) custodyOf(statePath string, s *state.Rotation, f custodyFlags) (*custody.Custody, error) {
	return custody.New(custody.World{
		State: s, StatePath: statePath, Getenv: a.Getenv, Random: a.Random,
		ReadFile: func(path string) ([]byte, error) { return readFile(path, maxState) },
		Identity: f.identity, PassphraseFile: f.passphraseFile, KeyOut: f.keyOut,
	})
}

// secretsFlags say how a command writes the Secrets of a phase.
type secretsFlags struct {
	custodyFlags
	withKeys bool
	// apart: Secrets with keys are delivered by other means, and left out.
	apart bool
}

func (f *secretsFlags) add(cmd *cobra.Command, withKeys string) {
	cmd.Flags().BoolVar(&f.withKeys, "with-keys", false, withKeys)
	f.custodyFlags.add(cmd)
}

// secretsAs is how the Secrets of a phase are written: with keys, or, if apart
// is not nil, with what stands in their place.
type secretsAs struct {
	keys   render.Keys
	apart  render.Apart
	beside []byte
}

// Format shows no key, whatever the verb.
func (s secretsAs) Format(f fmt.State, _ rune) { io.WriteString(f, "secrets (not shown)") }

// wipe ends the keys, once they are written.
func (s secretsAs) wipe() {
	for _, key := range s.keys {
		clear(key.PEM)
	}
}

// loadSecrets reads what a command needs of the custody: the private keys, for a
// custody that hands them to this command or when they are asked for, and
// otherwise what stands in the Secrets' place. layout "" follows the state.
func (a *app) loadSecrets(statePath string, s *state.Rotation, command custody.Command, layout render.Layout, f secretsFlags) (secretsAs, error) {
	c, err := a.custodyOf(statePath, s, f.custodyFlags)
	if err != nil {
		return secretsAs{}, err
	}
	emission := c.Emits[command]
	switch {
	case f.withKeys:
		emission = custody.WithKey
	case f.apart:
		emission = custody.Nothing
	}
	if emission == custody.WithKey {
		keys, err := a.openKeys(c)
		return secretsAs{keys: keys}, err
	}
	if layout, err = render.LayoutOf(s, layout); err != nil {
		return secretsAs{}, err
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

// keysForValues: values with keys go to a live host, as custody file has it;
// another custody has to be asked in words.
func (a *app) keysForValues(statePath string, s *state.Rotation, f secretsFlags) (secretsAs, error) {
	if kind := s.WithDefaults().Spec.Custody.Kind; kind != state.CustodyFile && !f.withKeys {
		return secretsAs{}, problem.RenderNoKeys.With()
	}
	f.withKeys = true
	return a.loadSecrets(statePath, s, custody.PostRender, "", f)
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
		if file, err = readKeyFile(c, secret.KeyPath); err != nil {
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
	if err := c.CanOpen(); err != nil {
		return nil, err
	}
	paths := render.KeyPaths(c.State)
	var shown map[string]error // one question to git for all of them
	if c.Mode == plainMode {
		files := make([]string, len(paths))
		for i, path := range paths {
			files[i] = beside(c.StatePath, path)
		}
		shown = repo.ShownWhy(files)
	}
	keys := render.Keys{}
	for _, path := range paths {
		file := beside(c.StatePath, path)
		why, is := shown[file]
		keys[path] = openPlaced(c, path, inGit(file, is, why))
	}
	return keys, nil
}

func openPlaced(c *custody.Custody, path string, place error) render.Key {
	if place != nil {
		return render.Key{Err: place}
	}
	file, err := readPlaced(c, path)
	if err != nil {
		return render.Key{Err: err}
	}
	pem, err := c.OpenPEM(file, path)
	if c.Mode == plainMode {
		clear(file)
	}
	return render.Key{PEM: pem, Err: err}
}

// openKey reads and opens one key file, and proves that the key is its
// certificate's.
func openKey(c *custody.Custody, of render.NamedKey) (pki.Key, error) {
	if err := c.CanOpen(); err != nil {
		return pki.Key{}, err
	}
	file, err := readKeyFile(c, of.Path)
	if err != nil {
		return pki.Key{}, err
	}
	return c.Open(file, of)
}
