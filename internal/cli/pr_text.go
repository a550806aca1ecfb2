package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// prText is what title and body of a pull request are made from. All of it
// follows from the two states and what lies beside them; the instant is that of
// the log's last entry, never a clock's.
type prText struct {
	now, next *state.Rotation
	entry     state.LogEntry
	at        time.Time
	evidence  rotation.Evidence
	move      *rotation.Move
	change    *rotation.Change // from now to next
	revert    *rotation.Change // and back again, right after the merge
	plan      *rotation.Plan
	before    *rotation.Status
	after     *rotation.Status
	stamped   int // pod templates that get the new stamp in the files of the change
	files     []string
	state     string // name of the state file
	digest    string // of it
	base      string
	branch    string
	shut      bool
	origin    string // of a start's material
}

// textOf gathers it. stamped and files are of the change in Git.
func textOf(now, next *state.Rotation, e rotation.Evidence) (t prText, err error) {
	t = prText{now: now, next: next, evidence: e, branch: branchOf(next)}
	t.entry, _ = lastEntry(next)
	t.shut = rotation.Prepared(t.entry)
	t.at, _ = time.Parse(time.RFC3339, t.entry.At)
	var problems problem.List
	add := func(err error) { problems.Add(err) }
	t.move, err = rotation.Review(now, next, e, t.at)
	add(err)
	t.change, err = rotation.JudgeChange(now, next, e, t.at)
	add(err)
	t.revert, err = rotation.JudgeChange(next, now, rotation.Evidence{Links: e.Links}, t.at)
	add(err)
	t.before, err = rotation.StatusOf(now, e, t.at)
	add(err)
	t.after, err = rotation.StatusOf(next, rotation.Evidence{Links: e.Links}, t.at)
	add(err)
	planned := next
	if next.Status.Rotation == nil { // the rotation is over
		planned = now
	}
	t.plan, err = rotation.PlanOf(planned, rotation.Options{Leaves: leavesOf(next)}, rotation.Evidence{}, t.at)
	add(err)
	if err := problems.Err(); err != nil {
		return t, err
	}
	if k, _ := t.step(); k > 0 { // this step is taken now, whatever a plan estimates
		t.plan.Rows[k-1].Earliest, t.plan.Rows[k-1].Done = t.at, false
		if k == len(t.plan.Rows) {
			t.plan.End = t.at
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

// describe reads the change in the tree, and writes the commit message.
func (c *prCall) describe(p *proposal, tree string, evidence rotation.Evidence) (err error) {
	if p.text, err = textOf(c.now, p.next, evidence); err != nil {
		return named(err, c.state, c.state)
	}
	text, err := os.ReadFile(c.at(c.state))
	if err != nil {
		return err
	}
	p.move = p.text.move
	p.text.files, p.text.state, p.text.digest, p.text.base = p.files, c.state, digest(text), c.base
	p.text.origin = p.origin
	p.text.stamped = c.stamped(c.tip, p.files, p.next)
	p.message, err = c.messageOf(p, p.text.title(), tree)
	return err
}

// stamped counts the places in the files that have the state's stamp now and
// had another, or none, at a commit.
func (c *prCall) stamped(before string, files []string, next *state.Rotation) int {
	stamp := next.Status.Stamp
	if stamp == "" {
		return 0
	}
	count := 0
	for _, name := range files {
		if name == c.state {
			continue
		}
		is, _ := os.ReadFile(c.at(name))
		was, _, _ := c.repo.File(before, name)
		count += max(0, strings.Count(string(is), stamp)-strings.Count(string(was), stamp))
	}
	return count
}

// step is the place of the phase in the plan: k of n; 0 for the way back to the
// beginning.
func (t prText) step() (k, n int) {
	n = len(t.plan.Rows)
	if t.move.Back && t.next.Status.Phase == state.PhaseStable {
		return 0, n
	}
	return 1 + slices.IndexFunc(t.plan.Rows, func(r rotation.PlanRow) bool { return r.Phase == t.next.Status.Phase }), n
}

// rotationName is "anchor rotation by bundle" or "issuer rotation".
func (t prText) rotationName() string {
	if t.plan.Strategy == "" {
		return t.plan.Kind + " rotation"
	}
	return t.plan.Kind + " rotation by " + t.plan.Strategy
}

// title is one line for the pull request and the commit.
func (t prText) title() string {
	k, n := t.step()
	phase := t.next.Status.Phase
	if t.move.Back {
		phase = "back to " + phase
	}
	return fmt.Sprintf("linkerd-pki(%s): %s, step %d of %d of the %s", t.next.Metadata.Name, phase, k, n, t.rotationName())
}
