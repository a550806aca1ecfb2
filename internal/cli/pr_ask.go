package cli

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Commands that make moves, by the names that the log has for them.
const (
	verbAdvance = state.MoveAdvance
	verbBack    = state.MoveBack
	verbStart   = state.MoveStart
	verbRollout = state.MoveRollout
)

// ask is the move that is wanted.
type ask struct {
	verb string
	// kind of rotation, of verb start.
	kind string
	// held: whatever the branch holds, with nothing said about it.
	held bool
}

var kinds = []string{state.KindAnchor, state.KindIssuer, state.KindWebhooks, state.KindReplace, state.KindRenew}

// asked reads the move from the arguments.
func (f *prFlags) asked(args []string) (ask, error) {
	k := ask{verb: verbAdvance}
	if len(args) > 0 {
		k.verb = args[0]
	}
	if len(args) > 1 {
		k.kind = args[1]
	}
	switch {
	case len(args) > 0 && (f.next || f.guard):
		return k, problem.PRArguments.With(strings.Join(args, " "), "with --next and --guard no move is named")
	case k.verb == verbStart && !slices.Contains(kinds, k.kind):
		return k, problem.PRArguments.With(strings.Join(args, " "), "start is followed by "+strings.Join(kinds, ", "))
	case k.verb != verbStart && k.kind != "", !slices.Contains([]string{verbAdvance, verbBack, verbStart, verbRollout}, k.verb):
		return k, problem.PRArguments.With(strings.Join(args, " "), "the moves are advance, back, rollout and start KIND")
	case f.request != "":
		return k, problem.PRArguments.With("--csr-out "+f.request, "a certificate request is made by `start`, and changes no state")
	case f.abandon && k.verb != verbBack, f.to != "" && (k.verb == verbStart || k.verb == verbRollout):
		return k, problem.PRArguments.With(strings.Join(args, " "), "--to belongs to advance and back, --abandon to back")
	}
	return k, nil
}

// answers tells whether the state next is what this move makes of base, as far
// as the person who asks has said what they want.
func (f *prFlags) answers(k ask, base, next *state.Rotation) bool {
	last, ok := lastEntry(next)
	if !ok || next.Status.Epoch != base.Status.Epoch+1 || verbOf(last) != k.verb {
		return false
	}
	r := next.Status.Rotation
	if k.held {
		return true
	}
	if r != nil && f.options.Leaves != "" && r.Leaves != "" && r.Leaves != f.options.Leaves {
		return false
	}
	if w := next.Status.Wave; len(f.options.Namespaces) > 0 && (w == nil || !slices.Equal(w.Namespaces, f.options.Namespaces)) {
		return false
	}
	if k.verb == verbStart {
		return r != nil && r.Kind == k.kind && (f.strategy == "" || f.strategy == r.Strategy)
	}
	return next.Status.Phase == f.target(k, base)
}

// target is the phase that the move enters, "" if there is none.
func (f *prFlags) target(k ask, base *state.Rotation) string {
	if f.to != "" {
		return f.to
	}
	if k.verb == verbRollout {
		return base.Status.Phase
	}
	r := base.Status.Rotation
	if r == nil || f.abandon {
		return state.PhaseStable
	}
	path, _ := rotation.PathOf(r.Kind, r.Strategy)
	at := slices.IndexFunc(path.Steps, func(s state.Phase) bool { return s.Name == base.Status.Phase })
	switch {
	case k.verb == verbAdvance && at+1 < len(path.Steps):
		return path.Steps[at+1].Name
	case k.verb == verbBack && at > 0:
		return path.Steps[at-1].Name
	}
	return state.PhaseStable
}

// lastEntry is the log entry of the move that led to a state.
func lastEntry(s *state.Rotation) (state.LogEntry, bool) {
	if len(s.Status.Log) == 0 {
		return state.LogEntry{}, false
	}
	return s.Status.Log[len(s.Status.Log)-1], true
}

// verbOf is the command that made an entry's move.
func verbOf(e state.LogEntry) string {
	if e.Move == state.MoveAbandon {
		return verbBack
	}
	return e.Move
}

// make makes the move.
func (c *prCall) make(k ask, e rotation.Evidence, o rotation.Options) (*rotation.Move, error) {
	at := c.instant()
	switch {
	case k.verb == verbStart:
		flags := c.f.startFlags
		flags.statePath = c.keyHome(c.now)
		options, err := c.material(&flags, k.kind, c.now)
		if err != nil {
			return nil, err
		}
		options.Options = o
		return rotation.Start(c.now, options, e, at, c.Random)
	case k.verb == verbRollout:
		return rotation.Rollout(c.now, o, e, at)
	case c.f.abandon:
		return rotation.Abandon(c.now, o, e, at)
	case c.f.to != "":
		return rotation.To(c.now, c.f.to, o, e, at)
	case k.verb == verbBack:
		return rotation.Back(c.now, o, e, at)
	}
	return rotation.Advance(c.now, o, e, at)
}
