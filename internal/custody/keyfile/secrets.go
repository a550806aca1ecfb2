package keyfile

import (
	"fmt"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// Secrets is how the Secrets of a phase are written: with keys, or, if Apart is
// not nil, with what replaces them. Beside replaces no Secret.
type Secrets struct {
	Keys   render.Keys
	Apart  render.Apart
	Beside []byte
}

// Format shows no key, whatever the verb.
func (s Secrets) Format(f fmt.State, _ rune) { io.WriteString(f, "secrets (not shown)") }

// Wipe ends the keys, once they are written.
func (s Secrets) Wipe() {
	for _, key := range s.Keys {
		clear(key.PEM)
	}
}

// Wanted says what a user asked for, in place of what the custody does by itself.
type Wanted struct {
	WithKeys bool
	// Apart: Secrets with keys are delivered by other means, and left out.
	Apart bool
}

// Load reads what a command needs of the custody: the private keys, for a
// custody that hands them to this command or when they are asked for, and
// otherwise what stands in the Secrets' place. layout "" follows the state.
func Load(c *custody.Custody, command custody.Command, layout render.Layout, wanted Wanted) (Secrets, error) {
	emission := c.Emits[command]
	switch {
	case wanted.WithKeys:
		emission = custody.WithKey
	case wanted.Apart:
		emission = custody.Nothing
	}
	if emission == custody.WithKey {
		keys, err := OpenAll(c)
		return Secrets{Keys: keys}, err
	}
	layout, err := render.LayoutOf(c.State, layout)
	if err != nil {
		return Secrets{}, err
	}
	m, err := render.NewMaterial(c.State, nil)
	if err != nil {
		return Secrets{}, statefile.Named(err, c.StatePath, c.StatePath)
	}
	out := Secrets{Apart: render.Apart{}}
	for _, secret := range m.SealedSecrets(layout) {
		out.Apart[secret.SecretID] = standIn(c, emission, secret)
	}
	if emission == custody.StandIn && c.Beside != nil {
		out.Beside, err = c.Beside(c, m)
	}
	return out, err
}

// standIn is what stands in one Secret's place.
func standIn(c *custody.Custody, emission custody.Emission, secret render.KeySecret) render.StandIn {
	if emission == custody.Nothing {
		return render.StandIn{}
	}
	var file []byte
	if c.Kind.Seal != nil {
		var err error
		if secret.KeyPath == "" {
			return render.StandIn{Err: problem.RenderNoKeyPath.With().In(c.StatePath).On(secret.Where + ".key")}
		}
		if file, err = Read(c, secret.KeyPath); err != nil {
			return render.StandIn{Err: err}
		}
	}
	text, err := c.StandIn(c, secret, file)
	return render.StandIn{Text: text, Err: problem.Of(err).In(secret.KeyPath).Err()}
}
