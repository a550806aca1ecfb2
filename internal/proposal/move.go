package proposal

import (
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// moved is a move that was brought into the tree.
type moved struct {
	next *state.Rotation
	// names are the files of the tree that it wrote, beside the state file.
	names []string
	// keys that belong outside of the tree are yet to be written.
	keys []KeyFile
	// origin says where the material of a start comes from.
	origin string
}

// changed brings state, keys and evidence of the move into the tree.
func (c *call) changed(k Ask, h *head) (moved, error) {
	if c.keeps(k, h) {
		if h.prepared() {
			if m, err := c.newMove(k, false); err == nil || !c.q.Ahead {
				return m, err
			}
		}
		if err := c.unrecorded(k, h); err != nil {
			return moved{}, err
		}
		return c.heldMove(h)
	}
	return c.newMove(k, c.q.Ahead)
}

// keeps reports whether the move of a head is taken over.
func (c *call) keeps(k Ask, h *head) bool {
	return h != nil && h.foreign == "" && h.proof != "" && !c.q.Anew && h.holds(c.Now) && c.q.answers(k, c.Now, h.next)
}

// heldMove takes the move over that a branch holds: its status, the keys that
// it brought and the evidence.
func (c *call) heldMove(h *head) (moved, error) {
	m := moved{next: c.Now.Clone(), names: h.carries, origin: h.origin()}
	m.next.Status = h.next.Clone().Status
	for _, name := range h.carries {
		if err := c.copyFrom(h.details.Commit, name); err != nil {
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

// newMove makes the move at this call's instant.
func (c *call) newMove(k Ask, ahead bool) (moved, error) {
	evidence, err := c.Observed(c.Now, c.q.Evidence.Load)
	if err != nil {
		return moved{}, err
	}
	o := c.q.Options
	o.Ahead = ahead
	m, err := c.make(k, evidence, o)
	if err != nil {
		return moved{}, statefile.Named(err, c.State, c.State)
	}
	defer wipe(m)
	if err := c.putState(m.State); err != nil {
		return moved{}, err
	}
	names, err := c.putEvidence(m.State)
	made := moved{next: m.State, names: names}
	if k.Verb == state.MoveStart {
		made.origin = c.q.origin()
	}
	if err == nil && !c.q.DryRun {
		made.keys, err = c.putKeys(m)
	}
	return made, err
}

func (c *call) putState(next *state.Rotation) error {
	text, err := state.Update(c.Text, next)
	if err != nil {
		return problem.Of(err).In(c.State).Err()
	}
	return c.Put(c.State, text)
}

func wipe(m *rotation.Move) {
	for _, minted := range m.Minted {
		minted.Key.Wipe()
	}
}
