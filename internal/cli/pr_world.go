package cli

import (
	"io"
	"path/filepath"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/guard"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// baseWorld is what pull requests and their guard need of this call's world.
func (a *app) baseWorld(keys custodyFlags) base.World {
	return base.World{
		Getenv: a.Getenv, Instant: a.Now().UTC().Truncate(time.Second), Notes: &a.talk, Disk: a.disk(), Outputs: prOutputs{a},
		Custody: func(statePath string, s *state.Rotation) (*custody.Custody, error) {
			return a.custodyOf(statePath, s, keys)
		},
		Load: func(files []string, statePath string, s *state.Rotation) (rotation.Evidence, error) {
			return (&evidenceFlags{files: files}).load(statePath, s)
		},
		Forge: a.forgeOf,
	}
}

// forgeOf reaches the forge behind a remote's address.
func (a *app) forgeOf(address string, flags forge.Flags) (forge.Forge, error) {
	if a.Forge != nil {
		return a.Forge(address)
	}
	target, err := forge.Detect(address, a.Getenv, flags)
	if err != nil {
		return nil, err
	}
	return a.dial(target)
}

// asked is the request that the flags make.
func (f *prFlags) asked() proposal.Request {
	q := f.request
	q.StatePath, q.DryRun = f.statePath, f.dryRun
	q.Wish.Strategy, q.Wish.Assumed, q.Wish.Options = f.strategy, f.evidence.assumed, f.options
	q.Evidence, q.Because = base.Evidence{Files: f.evidence.files, Load: f.evidence.load}, f.evidence.because
	q.Material = proposal.Material{
		Name: f.name, Anchor: f.anchor, AnchorKey: f.anchorKey, Signed: f.signed, IssuerKey: f.issuerKey,
		OutgoingKey: f.outgoingKey, Signer: f.signer, AnchorSigner: f.anchorSigner, KeysDir: f.keysDir, KeyOut: f.custody.keyOut,
	}
	return q
}

// judged is the request of the guard, which shares flags with the others.
func (f *prFlags) judged(q proposal.Request) guard.Request {
	g := f.guard
	g.StatePath, g.Remote, g.Base, g.Quiet, g.Forge, g.Flavour = q.StatePath, q.Remote, q.Base, q.DryRun, q.Forge, q.Flavour
	g.Evidence, g.Signers, g.Opens, g.Fleet = q.Evidence, q.Signers, f.custody.identity != "", q.Fleet
	return g
}

// prKeys makes and keeps keys as `start` does.
type prKeys struct {
	*app
	startFlags
}

func (k prKeys) Options(statePath, kind string, s *state.Rotation) (rotation.StartOptions, error) {
	k.statePath = statePath
	return k.material(&k.startFlags, kind, s)
}

func (k prKeys) Folder(c *custody.Custody, s *state.Rotation) string { return k.keyFolder(c, s) }

func (k prKeys) Seal(statePath string, m *rotation.Move) ([]keyfile.File, error) {
	k.statePath = statePath
	return k.sealKeys(&k.moveFlags, m)
}

// prOutputs computes and writes outputs as `sync` does.
type prOutputs struct{ *app }

func (o prOutputs) Header(s *state.Rotation) string { return outputs.OwnedBy(s) }

func (o prOutputs) Compute(of base.OutputsOf) (all []base.Output, err error) {
	where := outputs.Place{Directory: filepath.Dir(of.File), Root: of.Root, File: of.File}
	if of.Root == "" {
		if where, err = outputs.PlaceOf(of.File); err != nil {
			return nil, err
		}
	}
	job := outputs.Job{World: o.outputsWorld(), StatePath: of.File, State: of.State, Place: where}
	if !of.AnyChart {
		job.AllowChart = outputs.ChartsOf(of.Reviewed)
	}
	if of.Quiet {
		job.Notes = io.Discard
	}
	files, err := job.Compute()
	for _, f := range files {
		all = append(all, base.Output{Number: f.Output, Name: f.Name, Have: f.Have, Want: f.Want, Mode: f.Mode, Changes: f.Changes()})
	}
	return all, err
}

func (o prOutputs) Write(root string, written []base.Output) error {
	all := make([]outputs.File, len(written))
	for i, f := range written {
		all[i] = outputs.File{Name: f.Name, Want: f.Want, Mode: f.Mode}
	}
	return outputs.Write(o.files(), root, all)
}
