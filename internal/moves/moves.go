// Package moves makes the moves of a rotation on a state file: it reads what is
// brought for a start and what opens the gate, stores the keys that were minted,
// and writes the state.
package moves

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/kms"
	"github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// World is what a move needs from outside.
type World struct {
	// Custody keeps the keys, and has the source of randomness.
	Custody custody.World
	Files   files.Writer
	Now     func() time.Time
	// Remote runs the program that has the clients of HSMs and KMSs.
	Remote kms.Run
}

// Loader loads the evidence for a state that lies at a path.
type Loader func(statePath string, s *state.Rotation) (rotation.Evidence, error)

// Maker makes a move on a state.
type Maker func(s *state.Rotation, e rotation.Evidence) (*rotation.Move, error)

// Request says where a move is made, and what opens its gate.
type Request struct {
	StatePath string
	Evidence  Loader
	// DryRun: nothing is written.
	DryRun bool
	// Format is the form of the report.
	Format string
	// Done, if set, is called with a move that was written.
	Done func(*rotation.Move)
}

// Make makes one move under the lock of the state file: keys first, the state
// last, so that no state ever names a key that does not exist. It returns the report.
func (w World) Make(q Request, make Maker) (text []byte, err error) {
	show, err := report.In(q.Format, screen.View{})
	if err != nil {
		return nil, err
	}
	var made *rotation.Move
	defer func() {
		if made != nil {
			keyfile.WipeAll(made.Minted)
		}
	}()
	err = keyfile.ChangeState(w.Files, q.StatePath, func(current *state.Rotation) (keyfile.Change, error) {
		evidence, err := q.Evidence(q.StatePath, current)
		if err != nil {
			return keyfile.Change{}, err
		}
		m, err := make(current, evidence)
		if err != nil {
			return keyfile.Change{}, statefile.Named(err, q.StatePath, q.StatePath)
		}
		made = m
		keys := keyuse.Judge(q.StatePath, current, m.State, m.Destroy)
		if text, err = show(report.Move{Move: m, DryRun: q.DryRun, StatePath: q.StatePath, Keys: keys}); err != nil {
			return keyfile.Change{}, err
		}
		if q.DryRun {
			diff, err := q.diff(m.State)
			text = append(text, diff...)
			return keyfile.Change{}, err
		}
		return keyfile.Change{Next: m.State, Before: func() (keyfile.Stored, error) {
			keys, err := w.Seal(q.StatePath, m)
			if err != nil {
				return keyfile.Stored{}, err
			}
			return keyfile.Store(w.Files, q.StatePath, keys)
		}}, nil
	})
	if err == nil && !q.DryRun && q.Done != nil {
		q.Done(made)
	}
	return text, err
}

// diff is the change of the state file that a dry run adds to its report.
func (q Request) diff(next *state.Rotation) (string, error) {
	original, err := files.Read(q.StatePath, statefile.MaxSize)
	if err != nil {
		return "", err
	}
	text, err := state.Update(original, next)
	if err != nil {
		return "", problem.Of(err).In(q.StatePath).Err()
	}
	if q.Format != report.Text {
		return "", nil
	}
	return "\n" + report.Diff(q.StatePath, q.StatePath, string(original), string(text)), nil
}

// Seal makes the files that minted keys are kept in, and writes none.
func (w World) Seal(statePath string, m *rotation.Move) ([]keyfile.File, error) {
	if len(m.Minted) == 0 {
		return nil, nil
	}
	c, err := w.Custody.Of(statePath, m.State)
	if err != nil {
		return nil, err
	}
	return keyfile.SealNamed(c, m.Minted)
}

// Step is a move that is no start.
type Step struct {
	// Verb is advance, back or rollout.
	Verb string
	// To is the phase to enter; "" for the next one.
	To string
	// Abandon: back to the stable phase that the rotation began in.
	Abandon bool
}

// Make makes the move.
func (t Step) Make(s *state.Rotation, o rotation.Options, e rotation.Evidence, at time.Time) (*rotation.Move, error) {
	back := t.Verb == state.MoveBack
	switch {
	case t.Abandon:
		return rotation.Abandon(s, o, e, at)
	case t.Verb == state.MoveRollout:
		return rotation.Rollout(s, o, e, at)
	case back && t.To != "":
		return rotation.BackTo(s, t.To, o, e, at)
	case back:
		return rotation.Back(s, o, e, at)
	case t.To != "":
		return rotation.AdvanceTo(s, t.To, o, e, at)
	}
	return rotation.Advance(s, o, e, at)
}
