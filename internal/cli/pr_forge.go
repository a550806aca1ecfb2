package cli

import (
	"context"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// forgePatience is how long all calls of one command to a forge may take
// together: short outages and rate limits are waited out within it.
const forgePatience = 15 * time.Minute

// reach reaches the forge behind the remote. Bodies are for its flavour, unless
// another is asked for.
func (c *prCall) reach() (f forge.Forge, err error) {
	address, err := c.repo.URL(c.remote)
	if err != nil {
		return nil, c.gitProblem(err)
	}
	if c.Forge != nil {
		f, err = c.Forge(address)
	} else {
		var target forge.Target
		if target, err = forge.Detect(address, c.Getenv, c.forgeFlags()); err == nil {
			f, err = c.dial(target)
		}
	}
	if err != nil {
		return nil, err
	}
	if c.f.flavour == "" {
		c.f.flavour = f.Name()
	}
	c.ctx, c.done = context.WithTimeout(c.ctx, forgePatience)
	return f, nil
}

// forgeFlags are what the user said of the forge, and how aliases of SSH are read.
func (c *prCall) forgeFlags() forge.Flags {
	flags := c.f.forge
	flags.SSHHost = c.repo.SSHHost
	return flags
}

// guessFlavour takes the flavour of the remote's forge where none is reached;
// an unknown one gets plain text.
func (c *prCall) guessFlavour() {
	if c.f.flavour != "" {
		return
	}
	remote := c.f.remote
	var err error
	if remote == "" {
		if remote, err = c.repo.DefaultRemote(); err != nil {
			return
		}
	}
	address, err := c.repo.URL(remote)
	if err != nil {
		return
	}
	if target, err := forge.Detect(address, c.Getenv, c.forgeFlags()); err == nil {
		c.f.flavour = target.Kind
	}
}
