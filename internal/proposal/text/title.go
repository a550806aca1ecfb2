// Package text writes what a pull request says: title, body, commit and comments.
package text

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Text is what title and body of a pull request are made from. All of it
// follows from the two states and what lies beside them; the instant is that of
// the log's last entry, never a clock's.
type Text struct {
	Now, Next *state.Rotation
	Entry     state.LogEntry
	At        time.Time
	Evidence  rotation.Evidence
	Move      *rotation.Move
	Change    *rotation.Change // from Now to Next
	Revert    *rotation.Change // and back again, right after the merge
	Plan      *rotation.Plan
	Before    *rotation.Status
	After     *rotation.Status
	Stamped   int // pod templates that get the new stamp in the files of the change
	Files     []string
	State     string // name of the state file
	Digest    string // of it
	Base      string
	Branch    string
	Shut      bool
	Origin    string          // of a start's material
	Keys      []keyuse.Advice // on the keys that the move gives up
}

// Of gathers it. stamped and files are of the change in Git.
func Of(now, next *state.Rotation, e rotation.Evidence) (t Text, err error) {
	t = Text{Now: now, Next: next, Evidence: e, Branch: Branch(next)}
	t.Entry, _ = next.LastEntry()
	t.Shut = rotation.Prepared(t.Entry)
	t.At, _ = time.Parse(time.RFC3339, t.Entry.At)
	at := judgedAt(t.At, e)
	var problems problem.List
	add := func(err error) { problems.Add(err) }
	t.Move, err = rotation.Review(now, next, e, at)
	add(err)
	t.Change, err = rotation.JudgeChange(now, next, e, at)
	add(err)
	t.Revert, err = rotation.JudgeChange(next, now, rotation.Evidence{Links: e.Links}, at)
	add(err)
	t.Before, err = rotation.StatusOf(now, e, at)
	add(err)
	t.After, err = rotation.StatusOf(next, rotation.Evidence{Links: e.Links}, at)
	add(err)
	planned := next
	if next.Status.Rotation == nil { // the rotation is over
		planned = now
	}
	t.Plan, err = rotation.PlanOf(planned, rotation.Options{Leaves: leavesOf(next)}, rotation.Evidence{}, at)
	add(err)
	if err := problems.Err(); err != nil {
		return t, err
	}
	if k, _ := t.step(); k > 0 { // this step is taken now, whatever a plan estimates
		t.Plan.Rows[k-1].Earliest, t.Plan.Rows[k-1].Done = t.At, false
		if k == len(t.Plan.Rows) {
			t.Plan.End = t.At
		}
	}
	return t, nil
}

func leavesOf(s *state.Rotation) string {
	if s.Status.Rotation == nil {
		return ""
	}
	return s.Status.Rotation.Leaves
}

// step is the place of the phase in the plan: k of n; 0 for the way back to the
// beginning.
func (t Text) step() (k, n int) {
	n = len(t.Plan.Rows)
	if t.Move.Back && t.Next.Status.Phase == state.PhaseStable {
		return 0, n
	}
	return 1 + slices.IndexFunc(t.Plan.Rows, func(r rotation.PlanRow) bool { return r.Phase == t.Next.Status.Phase }), n
}

// rotationName is "anchor rotation by bundle" or "issuer rotation".
func (t Text) rotationName() string {
	if t.Plan.Strategy == "" {
		return t.Plan.Kind + " rotation"
	}
	return t.Plan.Kind + " rotation by " + t.Plan.Strategy
}

// Title is one line for the pull request and the commit.
func (t Text) Title() string {
	k, n := t.step()
	phase := t.Next.Status.Phase
	if t.Move.Back {
		phase = "back to " + phase
	}
	return fmt.Sprintf("linkerd-pki(%s): %s, step %d of %d of the %s", t.Next.Metadata.Name, phase, k, n, t.rotationName())
}

// judgedAt is when the change is judged: when it was made, or by what was seen later,
// as a guard does that looks itself.
func judgedAt(made time.Time, e rotation.Evidence) time.Time {
	for _, o := range e.Observations {
		if at, err := time.Parse(time.RFC3339, o.At); err == nil && at.After(made) {
			made = at
		}
	}
	return made
}
