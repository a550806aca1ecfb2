package base

import (
	"context"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// forgePatience is how long all calls of one command to a forge may take
// together: short outages and rate limits are waited out within it.
const forgePatience = 15 * time.Minute

// Reach reaches the forge behind the remote. What it is asked until done is called
// has a limit of time.
func (b *Base) Reach(flags forge.Flags) (f forge.Forge, ctx context.Context, done func(), err error) {
	address, err := b.Repo.URL(b.Remote)
	if err != nil {
		return nil, nil, nil, GitProblem(err)
	}
	flags.SSHHost = b.Repo.SSHHost // how aliases of SSH are read
	if f, err = b.Forge(address, flags); err != nil {
		return nil, nil, nil, err
	}
	ctx, done = context.WithTimeout(context.Background(), forgePatience)
	return f, ctx, done, nil
}
