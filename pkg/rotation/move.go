package rotation

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Options are a person's choices for one move.
type Options struct {
	// Leaves says how leaves of the outgoing issuer go away, where the phase
	// leaves the choice: LeavesWaited (the default) or LeavesWave.
	Leaves string
	// Namespaces begin a split wave with these; empty: the wave is for all.
	Namespaces []string
	// StaleOnly: the wave is for the workloads that do not hold the bundle, as the
	// newest observation names them.
	StaleOnly bool
	// stale are those of a wave that is reviewed.
	stale []string
	// AcceptDowntime lets a replacement, or a move with expired material, pass
	// although the gate names pairs that fail.
	AcceptDowntime bool
	// Ahead makes the move although its gate is shut or its needs are not met yet,
	// so that it can be reviewed; [Move.Shut] says what is missing, and so does the
	// log. Choices and dates are refused as ever.
	Ahead bool
	// Force lets an assumption pass that the log contradicts; the log records it.
	Force bool
	// abandon: the person asked for the stable phase before, not for one step back.
	abandon bool
	// Why goes to the log, before the reasons.
	Why string
	// Pace estimates what the tool cannot know; zero fields have defaults.
	Pace Pace
}

// How leaves of the outgoing issuer go away.
const (
	LeavesWaited = "waited"
	LeavesWave   = "wave"
)

// Move is a change of phase that is allowed.
type Move struct {
	// Changes are the kinds of objects that the move changes in the cluster.
	Changes []delivery.Kind
	// State is the next state; the one that was given is not touched.
	State *state.Rotation
	// From and To are phases; Back tells that the move leads backwards.
	From, To string
	Back     bool
	// Before and After are what is delivered and signed with on both sides.
	Before, After Material
	Verdict       Verdict
	Needs         []NeedResult
	// Strategy says which strategy a start of kind anchor took, and why.
	Strategy string
	// Shut is why the move would be refused without [Options.Ahead].
	Shut problem.List
	// Wave tells that the stamp is new: workloads restart.
	Wave bool
	// DowntimeAccepted tells that pairs of the verdict fail and a person said yes.
	DowntimeAccepted bool
	// Minted are private keys to hand to the custody before the state is written.
	Minted []Minted
	// Destroy are paths of private keys that this state needs no more after this move.
	// Another one may name them, too.
	Destroy []string
}

// Advance goes to the next phase.
func Advance(s *state.Rotation, o Options, e Evidence, at time.Time) (*Move, error) {
	return step(s, 1, o, e, at)
}

// Back goes to the phase before, under the same gate. It restarts nothing,
// unless the step after it needs a wave to become possible.
func Back(s *state.Rotation, o Options, e Evidence, at time.Time) (*Move, error) {
	return step(s, -1, o, e, at)
}

// To jumps to a phase of the rotation, forward or back, if the gate holds for
// the whole jump and the phase's own needs are met. "stable" is the end of the
// rotation; [Abandon] jumps to the stable phase before it.
func To(s *state.Rotation, phase string, o Options, e Evidence, at time.Time) (*Move, error) {
	path, ok := pathOf(s)
	if !ok {
		return nil, problem.RotationNone.With()
	}
	target := path.index(phase)
	if target < 0 {
		return nil, problem.RotationNoPhase.With(phase, path.label()).Hint("the phases are %s", words(path.names()))
	}
	return enter(s, path, target, o, e, at)
}

// Abandon jumps back to the stable phase that the rotation began in.
func Abandon(s *state.Rotation, o Options, e Evidence, at time.Time) (*Move, error) {
	path, ok := pathOf(s)
	if !ok {
		return nil, problem.RotationNone.With()
	}
	o.abandon = true
	return enter(s, path, -1, o, e, at)
}

func step(s *state.Rotation, by int, o Options, e Evidence, at time.Time) (*Move, error) {
	path, ok := pathOf(s)
	if !ok {
		return nil, problem.RotationNone.With()
	}
	return enter(s, path, path.index(s.Status.Phase)+by, o, e, at)
}

// enter judges the way from the phase of s to step number target of its path
// (-1 is the stable phase before it) and makes the next state.
func enter(s *state.Rotation, path Path, target int, o Options, e Evidence, at time.Time) (*Move, error) {
	c, err := openScene(s, e, at)
	if err != nil {
		return nil, err
	}
	w := &way{scene: c, path: path, from: path.index(s.Status.Phase), to: target, options: o, at: at}
	if s.Status.Phase == state.PhaseStable {
		w.from = -1 // between Start's choice and its first phase
	}
	if w.from == w.to {
		return nil, problem.RotationSamePhase.With(s.Status.Phase)
	}
	if err := w.judge(); err != nil {
		return nil, err
	}
	return w.next()
}

// label names a path for people: "anchor (bundle)".
func (p Path) label() string {
	if p.Strategy == "" {
		return p.Kind
	}
	return p.Kind + " (" + p.Strategy + ")"
}
