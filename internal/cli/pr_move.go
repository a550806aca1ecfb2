package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
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

// changed brings state, keys and evidence of the move into the tree.
func (c *prCall) changed(k ask, h *head) (moved, error) {
	if c.keeps(k, h) {
		if h.prepared() {
			if m, err := c.newMove(k, false); err == nil || !c.f.ahead {
				return m, err
			}
		}
		if err := c.unrecorded(k, h); err != nil {
			return moved{}, err
		}
		return c.heldMove(h)
	}
	return c.newMove(k, c.f.ahead)
}

// keeps reports whether the move of a head is taken over.
func (c *prCall) keeps(k ask, h *head) bool {
	return h != nil && h.foreign == "" && h.proof != "" && !c.f.anew && h.holds(c.now) && c.f.answers(k, c.now, h.next)
}

// heldMove takes the move over that a branch holds: its status, the keys that
// it brought and the evidence.
func (c *prCall) heldMove(h *head) (moved, error) {
	m := moved{next: c.now.Clone(), names: h.carries, origin: h.origin()}
	m.next.Status = h.next.Clone().Status
	for _, name := range h.carries {
		if err := c.copyFrom(h.details.Commit, name); err != nil {
			return m, err
		}
	}
	return m, c.putState(m.next)
}

// copyFrom brings a file of the tree to what a commit has, or to nothing.
func (c *prCall) copyFrom(commit, name string) error {
	text, there, err := c.repo.Regular(commit, name, maxObservation)
	switch {
	case err != nil:
		return c.gitProblem(err)
	case there:
		return c.put(name, text)
	}
	return c.remove(name)
}

// newMove makes the move at this call's instant.
func (c *prCall) newMove(k ask, ahead bool) (moved, error) {
	evidence, err := c.observed(&c.f.evidence, c.now)
	if err != nil {
		return moved{}, err
	}
	o := c.f.options
	o.Ahead = ahead
	m, err := c.make(k, evidence, o)
	if err != nil {
		return moved{}, named(err, c.state, c.state)
	}
	defer keyfile.WipeAll(m.Minted)
	if err := c.putState(m.State); err != nil {
		return moved{}, err
	}
	names, err := c.putEvidence(m.State)
	made := moved{next: m.State, names: names}
	if k.verb == verbStart {
		made.origin = c.f.origin()
	}
	if err == nil && !c.f.dryRun {
		made.keys, err = c.putKeys(m)
	}
	return made, err
}

func (c *prCall) putState(next *state.Rotation) error {
	text, err := state.Update(c.text, next)
	if err != nil {
		return problem.Of(err).In(c.state).Err()
	}
	return c.put(c.state, text)
}
