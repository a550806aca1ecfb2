package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// autopilot decides what is due, and does it or says why not. What it decides
// by: the state at the base, the open pull requests, the evidence, and the ends
// of certificates.
func (c *prCall) autopilot() (prReport, error) {
	margin, err := marginOf(c.f.startBefore)
	if err != nil {
		return prReport{}, err
	}
	return c.onForge(func(f forge.Forge, due []forge.Pull) (prReport, error) {
		switch len(due) {
		case 0:
			return c.nextPhase(f, margin)
		case 1:
			return c.refresh(f, due[0])
		}
		return prReport{}, problem.PRTwoOpen.With(due[0].Number, due[0].Head, due[1].Number, due[1].Head)
	})
}

// refresh brings the open pull request up to date with the base.
func (c *prCall) refresh(f forge.Forge, pull forge.Pull) (prReport, error) {
	r := prReport{Operation: opNone, Branch: pull.Head, Epoch: c.now.Status.Epoch + 1, Number: pull.Number, URL: pull.URL, Draft: pull.Draft}
	commit := c.branches.Heads[pull.Head]
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
	case !h.holds(c.now): // the state at the base was changed under it
		r.Why = "the state changed at " + c.base + ": the open pull request is moot"
		if r.Closed, err = c.closeMoot(f, []forge.Pull{pull}); err == nil {
			r.Number, r.URL = 0, ""
		}
		return r, err
	}
	last, _ := lastEntry(h.next)
	k := ask{verb: verbOf(last), held: true}
	c.f.ahead = h.prepared()
	return c.openOne(f, k, []forge.Pull{pull})
}

// nextPhase opens the pull request of the next phase, if its gate is open.
func (c *prCall) nextPhase(f forge.Forge, margin margin) (prReport, error) {
	k, why, err := c.due(margin)
	if err != nil || k.verb == "" {
		return prReport{Operation: opNone, Why: why, blocked: err}, nil
	}
	if err := c.checkout(c.tip); err != nil {
		return prReport{}, err
	}
	m, err := c.tried(k)
	if err != nil && k.verb == verbStart {
		return prReport{Operation: opNone, Why: why, blocked: problem.PRBlocked.With(why, problem.Of(err)[0].Text).Because(err)}, nil
	}
	if err != nil {
		return c.waiting(err), nil
	}
	branch := branchOf(m.State)
	refused, err := c.refusedByPerson(f, branch)
	if err != nil || refused != 0 {
		return prReport{Operation: opNone, Branch: branch, Number: refused, Why: fmt.Sprintf("a person closed pull request #%d of this phase: open it again, or run `l5d-pki-render pr`", refused)}, err
	}
	r, err := c.openOne(f, k, nil)
	if why != "" {
		r.Why = why + ": " + r.Why
	}
	return r, err
}

// tried makes the move and keeps nothing of it.
func (c *prCall) tried(k ask) (*rotation.Move, error) {
	evidence, err := c.observed(&c.f.evidence, c.now)
	if err != nil {
		return nil, err
	}
	o := c.f.options
	o.Ahead = c.f.ahead
	m, err := c.make(k, evidence, o)
	if err == nil {
		keyfile.WipeAll(m.Minted)
	}
	return m, err
}

// waiting says what the next phase waits for.
func (c *prCall) waiting(err error) prReport {
	k := ask{verb: verbAdvance}
	r := prReport{Operation: opNone, Why: fmt.Sprintf("the gate of %q is shut: merged is not yet applied, or no evidence shows it", c.f.target(k, c.now))}
	for _, p := range problem.Of(err) {
		r.Needs = append(r.Needs, p.Error())
	}
	return r
}

// refusedByPerson finds a pull request of the branch that somebody closed
// without merging it. Those that became moot say so in their title.
func (c *prCall) refusedByPerson(f forge.Forge, branch string) (int, error) {
	pulls, err := f.List(c.ctx, forge.Query{Base: c.base, Head: branch, State: "closed"})
	for _, p := range slices.Backward(pulls) {
		if !strings.HasSuffix(p.Title, mootTitle) {
			return p.Number, err
		}
	}
	return 0, err
}
