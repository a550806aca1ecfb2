package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// dial reaches the forge behind the remote.
func (c *prCall) dial() (forge.Forge, error) {
	address, err := c.repo.URL(c.remote)
	if err != nil {
		return nil, c.gitProblem(err)
	}
	f, err := c.forgeOf(address)
	if err == nil && c.f.flavour == "" {
		c.f.flavour = f.Name()
	}
	return f, err
}

// flavour is the kind of forge that bodies are written for.
func (c *prCall) flavour() string { return c.f.flavour }

func (c *prCall) forgeOf(address string) (forge.Forge, error) {
	return c.Forge(address)
}

// guessFlavour takes the flavour of the remote's forge, where nothing is dialled.
func (c *prCall) guessFlavour() {
	remote, err := c.repo.DefaultRemote()
	if err != nil || c.f.flavour != "" {
		return
	}
	_ = remote
}
