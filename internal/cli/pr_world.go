package cli

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/guard"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// baseWorld is what pull requests and their guard need of this call's world.
func (a *app) baseWorld(keys custodyFlags, q proposal.Request) base.World {
	return base.World{
		Named: slices.Concat(a.custodyWorld(keys).Files(), q.Files(),
			child.Files(child.Committing, child.Sops, child.KMS, child.Forges, child.Charts)),
		Getenv: a.Getenv, Instant: a.Now().UTC().Truncate(time.Second), Notes: &a.talk, Disk: a.disk(), Outputs: a.outputsWorld(),
		Custody: a.custodyWorld(keys).Of, Forge: a.forgeOf,
		Load: func(files []string, statePath string, s *state.Rotation) (rotation.Evidence, error) {
			return (&moves.Brought{Files: files}).Load(statePath, s)
		},
	}
}

// forgeOf reaches the forge behind a remote's address.
func (a *app) forgeOf(address string, flags forge.Flags) (forge.Forge, error) {
	if a.Forge != nil {
		return a.Forge(address)
	}
	target, err := forge.Detect(address, a.Getenv, flags)
	if err == nil {
		err = a.tokens.Bind(target)
	}
	if err != nil {
		return nil, err
	}
	return a.dial(target)
}

// asked is the request that the flags make.
func (a *app) asked(f *prFlags) proposal.Request {
	q := f.request
	q.StatePath, q.DryRun, q.Because, q.EvidenceKey, q.Material = f.statePath, f.dryRun, f.evidence.Because, f.evidence.key, f.material
	q.Wish.Strategy, q.Wish.Assumed, q.Wish.Options = f.material.Strategy, f.evidence.Assumed, f.options
	q.Evidence = base.Evidence{Files: f.evidence.Files, Load: f.evidence.Load, Observe: a.observedText(&f.evidence)}
	if f.evidence.observe {
		q.Evidence.Reads = slices.Concat(f.evidence.cluster.Files(a.Getenv), child.Files(child.Clusters),
			[][2]string{{"--evidence-key", f.evidence.key}})
	}
	return q
}

// judged is the request of the guard, which shares flags with the others.
func (f *prFlags) judged(q proposal.Request) guard.Request {
	g := f.guard
	g.StatePath, g.Remote, g.Base, g.Quiet, g.Forge, g.Flavour = q.StatePath, q.Remote, q.Base, q.DryRun, q.Forge, q.Flavour
	g.Evidence, g.Signers, g.Opens, g.Fleet, g.Clones = q.Evidence, q.Signers, f.custody.identity != "", q.Fleet, q.Clones
	return g
}
