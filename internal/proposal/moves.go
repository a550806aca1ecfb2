package proposal

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// makings are the moves of one call: each is made once, so that a start mints once.
type makings struct {
	made map[moveKey]madeMove
	// evidence is what the gates are asked with.
	evidence *rotation.Evidence
	// live is the observation of this call as a file; nil if there is none.
	live []byte
	// broken: there is no tree to read evidence in, or the cluster cannot be read.
	broken error
}

// moveKey is what the moves of one call differ in.
type moveKey struct {
	verb, kind, to string
	abandon, ahead bool
}

type madeMove struct {
	move *rotation.Move
	err  error
}

// move makes the move of a wish on the state of the base.
func (c *call) move(w plan.Wish) (*rotation.Move, error) {
	key := moveKey{w.Verb, w.Kind, w.To, w.Abandon, w.Ahead}
	made, known := c.made[key]
	if !known {
		made.move, made.err = c.moveNow(w)
		if c.made == nil {
			c.made = map[moveKey]madeMove{}
		}
		c.made[key] = made
	}
	return made.move, made.err
}

func (c *call) moveNow(w plan.Wish) (*rotation.Move, error) {
	if c.broken = c.checkout(c.Tip); c.broken != nil {
		return nil, c.broken
	}
	if c.evidence == nil {
		if err := c.gather(); err != nil {
			return nil, err
		}
	}
	o := w.Options
	o.Ahead = w.Ahead
	if w.Verb != state.MoveStart {
		return moves.Step{Verb: w.Verb, To: w.To, Abandon: w.Abandon}.Make(c.Now, o, *c.evidence, c.Instant)
	}
	options, err := c.Moves.Options(c.keyHome(c.Now), w.Kind, c.Now, c.q.Material)
	if err != nil {
		return nil, err
	}
	options.Options = o
	return rotation.Start(c.Now, options, *c.evidence, c.Instant, c.Moves.Custody.Random)
}

// gather reads the evidence: what a person brings, and what is seen now where that
// was asked for.
func (c *call) gather() error {
	e, err := c.Observed(c.Now, c.q.Evidence.Load)
	if err != nil {
		return err
	}
	o, text, err := c.Live(c.q.Evidence)
	if err != nil { // nothing is known of the gate, so nothing is said of it
		c.broken = err
		return err
	}
	if o != nil {
		e.Observations = append(e.Observations, o)
	}
	c.evidence, c.live = &e, text
	return nil
}

// wipe ends the keys that were minted.
func (m *makings) wipe() {
	for _, made := range m.made {
		if made.move == nil {
			continue
		}
		keyfile.WipeAll(made.move.Minted)
	}
}
