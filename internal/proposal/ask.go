package proposal

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// answers tells whether the state next is what this move makes of base, as far
// as the person who asks has said what they want.
func (q Request) answers(k Ask, base, next *state.Rotation) bool {
	last, ok := next.LastEntry()
	if !ok || next.Status.Epoch != base.Status.Epoch+1 || verbOf(last) != k.Verb {
		return false
	}
	r := next.Status.Rotation
	if k.held {
		return true
	}
	if r != nil && q.Options.Leaves != "" && r.Leaves != "" && r.Leaves != q.Options.Leaves {
		return false
	}
	if w := next.Status.Wave; len(q.Options.Namespaces) > 0 && (w == nil || !slices.Equal(w.Namespaces, q.Options.Namespaces)) {
		return false
	}
	if k.Verb == state.MoveStart {
		return r != nil && r.Kind == k.Kind && (q.Material.Strategy == "" || q.Material.Strategy == r.Strategy)
	}
	return next.Status.Phase == q.target(k, base)
}

// target is the phase that the move enters, "" if there is none.
func (q Request) target(k Ask, base *state.Rotation) string {
	if q.To != "" {
		return q.To
	}
	r := base.Status.Rotation
	if r == nil || q.Abandon {
		return state.PhaseStable
	}
	path, _ := rotation.PathOf(r.Kind, r.Strategy)
	at := slices.IndexFunc(path.Steps, func(s state.Phase) bool { return s.Name == base.Status.Phase })
	switch {
	case k.Verb == state.MoveAdvance && at+1 < len(path.Steps):
		return path.Steps[at+1].Name
	case k.Verb == state.MoveBack && at > 0:
		return path.Steps[at-1].Name
	}
	return state.PhaseStable
}

// verbOf is the command that made an entry's move.
func verbOf(e state.LogEntry) string {
	if e.Move == state.MoveAbandon {
		return state.MoveBack
	}
	return e.Move
}

// make makes the move.
func (c *call) make(k Ask, e rotation.Evidence, o rotation.Options) (*rotation.Move, error) {
	at := c.Instant
	switch {
	case k.Verb == state.MoveStart:
		options, err := c.Keys.Options(c.keyHome(c.Now), k.Kind, c.Now)
		if err != nil {
			return nil, err
		}
		options.Options = o
		return rotation.Start(c.Now, options, e, at, c.Random)
	case c.q.Abandon:
		return rotation.Abandon(c.Now, o, e, at)
	case c.q.To != "":
		return rotation.To(c.Now, c.q.To, o, e, at)
	case k.Verb == state.MoveBack:
		return rotation.Back(c.Now, o, e, at)
	}
	return rotation.Advance(c.Now, o, e, at)
}
