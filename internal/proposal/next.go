package proposal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// autopilot decides what is due, and does it or says why not. What it decides
// by: the state at the base, the open pull requests, the evidence, and the ends
// of certificates.
func (c *call) autopilot() (Report, error) {
	margin, err := marginOf(c.q.StartBefore)
	if err != nil {
		return Report{}, err
	}
	return c.onForge(func(f forge.Forge, due []forge.Pull) (Report, error) {
		switch len(due) {
		case 0:
			return c.nextPhase(f, margin)
		case 1:
			return c.refresh(f, due[0])
		}
		return Report{}, problem.PRTwoOpen.With(due[0].Number, due[0].Head, due[1].Number, due[1].Head)
	})
}

// refresh brings the open pull request up to date with the base.
func (c *call) refresh(f forge.Forge, pull forge.Pull) (Report, error) {
	r := Report{Operation: OpNone, Branch: pull.Head, Epoch: c.Now.Status.Epoch + 1, Number: pull.Number, URL: pull.URL, Draft: pull.Draft}
	commit := c.Branches.Heads[pull.Head]
	if commit == "" {
		r.Why = "the open pull request has no branch any more: close it, or restore the branch"
		return r, nil
	}
	h, err := c.inspect(pull.Head, commit)
	switch {
	case err != nil:
		return r, err
	case h.foreign != "":
		return c.left(h, []forge.Pull{pull}), nil
	case !h.holds(c.Now): // the state at the base was changed under it
		r.Why = "the state changed at " + c.Branch + ": the open pull request is moot"
		if r.Closed, err = c.closeMoot(f, []forge.Pull{pull}); err == nil {
			r.Number, r.URL = 0, ""
		}
		return r, err
	}
	last, _ := h.next.LastEntry()
	k := Ask{Verb: verbOf(last), held: true}
	c.q.Ahead = h.prepared()
	return c.openOne(f, k, []forge.Pull{pull})
}

// nextPhase opens the pull request of the next phase, if its gate is open.
func (c *call) nextPhase(f forge.Forge, margin margin) (Report, error) {
	k, why, err := c.due(margin)
	if err != nil || k.Verb == "" {
		return Report{Operation: OpNone, Why: why, Blocked: err}, nil
	}
	if err := c.checkout(c.Tip); err != nil {
		return Report{}, err
	}
	m, err := c.tried(k)
	if err != nil && k.Verb == state.MoveStart {
		return Report{Operation: OpNone, Why: why, Blocked: problem.PRBlocked.With(why, problem.Of(err)[0].Text).Because(err)}, nil
	}
	if err != nil {
		return c.waiting(err), nil
	}
	branch := text.Branch(m.State)
	refused, err := c.refusedByPerson(f, branch)
	if err != nil || refused != 0 {
		return Report{Operation: OpNone, Branch: branch, Number: refused, Why: fmt.Sprintf("a person closed pull request #%d of this phase: open it again, or run `l5d-pki-render pr`", refused)}, err
	}
	r, err := c.openOne(f, k, nil)
	if why != "" {
		r.Why = why + ": " + r.Why
	}
	return r, err
}

// tried makes the move and keeps nothing of it.
func (c *call) tried(k Ask) (*rotation.Move, error) {
	evidence, err := c.Observed(c.Now, c.q.Evidence.Load)
	if err != nil {
		return nil, err
	}
	o := c.q.Options
	o.Ahead = c.q.Ahead
	m, err := c.make(k, evidence, o)
	if err == nil {
		wipe(m)
	}
	return m, err
}

// waiting says what the next phase waits for.
func (c *call) waiting(err error) Report {
	k := Ask{Verb: state.MoveAdvance}
	r := Report{Operation: OpNone, Why: fmt.Sprintf("the gate of %q is shut: merged is not yet applied, or no evidence shows it", c.q.target(k, c.Now))}
	for _, p := range problem.Of(err) {
		r.Needs = append(r.Needs, p.Error())
	}
	return r
}

// refusedByPerson finds a pull request of the branch that somebody closed
// without merging it. Those that became moot say so in their title.
func (c *call) refusedByPerson(f forge.Forge, branch string) (int, error) {
	pulls, err := f.List(c.ctx, forge.Query{Base: c.Branch, Head: branch, State: "closed"})
	for _, p := range slices.Backward(pulls) {
		if !strings.HasSuffix(p.Title, MootTitle) {
			return p.Number, err
		}
	}
	return 0, err
}
