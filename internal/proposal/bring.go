package proposal

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// moved is a move that was brought into the tree.
type moved struct {
	next *state.Rotation
	// names are the files of the tree that it wrote, beside the state file.
	names []string
	// keys that belong outside of the tree are yet to be written.
	keys []keyfile.File
	// origin says where the material of a start comes from.
	origin string
}

// bring brings state, keys and evidence of a plan's move into the tree.
func (c *call) bring(p plan.Plan) (moved, error) {
	if p.Take != nil {
		m, err := c.take(p.Take)
		if err == nil {
			p.Take.Shut, err = c.shut(p.Take, m.next)
		}
		if err == nil {
			err = p.Take.Waits()
		}
		return m, err
	}
	if err := c.putState(p.Move.State); err != nil {
		return moved{}, err
	}
	names, err := c.putEvidence(p.Move.State)
	made := moved{next: p.Move.State, names: names}
	if p.Starts {
		made.origin = origin(c.q.Material)
	}
	if err == nil && !c.q.DryRun {
		made.keys, err = c.putKeys(p.Move)
	}
	return made, err
}

// take takes the move over that a branch holds: its status, the keys that it
// brought and the evidence.
func (c *call) take(h *plan.Head) (moved, error) {
	m := moved{next: plan.Plan{Take: h}.Next(c.Now), names: h.Carries, origin: h.Origin()}
	for _, name := range h.Carries {
		if err := c.copyFrom(h.Commit, name); err != nil {
			return m, err
		}
	}
	return m, c.putState(m.next)
}

// copyFrom brings a file of the tree to what a commit has, or to nothing.
func (c *call) copyFrom(commit, name string) error {
	text, there, err := c.Repo.Regular(commit, name, base.MaxObservation)
	switch {
	case err != nil:
		return base.GitProblem(err)
	case there:
		return c.Put(name, text)
	}
	return c.Remove(name)
}

func (c *call) putState(next *state.Rotation) error {
	text, err := state.Update(c.Text, next)
	if err != nil {
		return problem.Of(err).In(c.State).Err()
	}
	return c.Put(c.State, text)
}
