package cli

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// guard judges what merging the head into the base would give.
func (c *prCall) guard() (prResult, error) {
	head, err := c.repo.Resolve(c.f.head)
	if err != nil {
		return nil, problem.PRNoHead.With(c.f.head)
	}
	merged, err := c.repo.Merge(c.tip, head)
	var conflict *repo.Conflict
	switch {
	case errors.Is(err, repo.ErrUnrelated):
		return nil, problem.PRUnrelated.With(c.f.head, c.base).Because(err)
	case err != nil && !errors.As(err, &conflict):
		return nil, c.gitProblem(err)
	}
	r := &guardReport{state: c.state, mark: c.mark("guard"), owned: []string{c.state}}
	if c.now != nil {
		r.name = c.now.Metadata.Name
	}
	if conflict != nil {
		r.findings = append(r.findings, problem.PRGuardConflict.With(c.base, strings.Join(conflict.Names, ", ")))
		r.touched = slices.ContainsFunc(conflict.Names, c.isOurs)
		return r, c.comment(r)
	}
	if err := c.checkout(merged); err != nil {
		return nil, err
	}
	c.merged = merged
	if err := c.judgeState(r); err != nil {
		return nil, err
	}
	if err := c.guardKeys(r, merged); err != nil {
		return nil, err
	}
	touched, err := c.repo.Touched(c.tip, merged)
	if err != nil {
		return nil, c.gitProblem(err)
	}
	r.touched = len(r.findings) > 0 || slices.ContainsFunc(touched, func(name string) bool { return slices.Contains(r.owned, name) })
	return r, c.comment(r)
}

// isOurs tells whether a file of the base is the state file, or owned by it.
func (c *prCall) isOurs(name string) bool {
	text, _, _ := c.repo.File(c.tip, name)
	return name == c.state || c.now != nil && bytes.HasPrefix(text, []byte(ownedBy(c.now)))
}

// judgeState judges the state of the merged tree, and the outputs beside it.
func (c *prCall) judgeState(r *guardReport) error {
	text, ok, err := c.repo.File(c.merged, c.state)
	if err != nil {
		return c.gitProblem(err)
	}
	if !ok {
		if c.now != nil {
			r.findings = append(r.findings, problem.PRGuardGone.With().In(c.state))
		} else {
			r.notes = append(r.notes, "neither side has the state file: nothing to judge")
		}
		return nil
	}
	next, err := state.Parse(c.state, text)
	if err != nil {
		r.findings = append(r.findings, problem.Of(err)...)
		return nil
	}
	r.name = next.Metadata.Name
	if c.now == nil {
		r.notes = append(r.notes, "the change brings the state file: there is nothing before it to judge by")
	} else if err := c.judgeMove(r, next); err != nil {
		return err
	}
	return c.guardOutputs(r, next)
}

// judgeMove judges the step of the status from the base's.
func (c *prCall) judgeMove(r *guardReport, next *state.Rotation) error {
	was, is := c.now.Clone().Status, next.Clone().Status
	r.noteSpec(c.now, next)
	switch {
	case c.now.Metadata.Name != next.Metadata.Name:
		r.findings = append(r.findings, problem.RotationOtherMesh.With(c.now.Metadata.Name, next.Metadata.Name))
	case is.Epoch < was.Epoch:
		r.findings = append(r.findings, c.judgeFall(next))
	case is.Epoch == was.Epoch:
		if err := state.Continues(was.Log, is.Log); err != nil {
			r.findings = append(r.findings, problem.Of(err)...)
		} else if len(was.Log) != len(is.Log) || !rotation.SameMaterial(c.now, next) {
			r.findings = append(r.findings, problem.PRGuardByHand.With(was.Phase, was.Epoch))
		}
		if len(r.findings) == 0 {
			r.notes = append(r.notes, fmt.Sprintf("no change of phase: the state stays in `%s` (epoch %d)", is.Phase, is.Epoch))
		}
	default:
		return c.judgeStep(r, next)
	}
	return nil
}

// judgeFall says what is wrong with an epoch that falls: what a revert in Git does.
func (c *prCall) judgeFall(next *state.Rotation) *problem.Problem {
	was, is := c.now.Status, next.Status
	judged, err := rotation.JudgeChange(c.now, next, rotation.Evidence{}, c.instant())
	if err == nil && judged.Verdict.Safe && was.Epoch-is.Epoch == 1 {
		return problem.PRGuardFalls.With(was.Epoch, is.Epoch, was.Phase, is.Phase)
	}
	why := "more than one phase at once"
	if err == nil && !judged.Verdict.Safe {
		why = judged.Verdict.Reasons[0].Text
	}
	return problem.PRGuardRevert.With(was.Epoch-is.Epoch, was.Phase, is.Phase, why)
}

// judgeStep judges a move by the gate, with the evidence that the change has
// and that the flags bring.
func (c *prCall) judgeStep(r *guardReport, next *state.Rotation) error {
	evidence, err := c.witnessed(next)
	if err != nil {
		return err
	}
	m, err := rotation.Review(c.now, next, evidence, c.instant())
	if err != nil {
		r.findings = append(r.findings, problem.Of(err)...)
		return nil
	}
	last, _ := lastEntry(next)
	if rotation.Prepared(last) {
		r.findings = append(r.findings, problem.PRGuardPrepared.With(m.To))
	}
	r.findings = append(r.findings, m.Shut...)
	if m.DowntimeAccepted {
		r.notes = append(r.notes, "**downtime is accepted with this change**; the log says so")
	}
	for _, a := range evidence.Assumptions {
		r.notes = append(r.notes, fmt.Sprintf("on somebody's word, as the log has it: %s, because %s", a.Code, code(a.Because)))
	}
	for _, o := range evidence.Observations {
		r.notes = append(r.notes, fmt.Sprintf("on an observation of cluster %s at %s", code(o.Cluster), o.At))
	}
	t, err := textOf(c.now, next, evidence)
	if err != nil {
		return err
	}
	t.move, t.state, t.base = m, c.state, c.base
	if t.files, err = c.repo.Changed(c.tip, c.merged); err != nil {
		return c.gitProblem(err)
	}
	t.stamped = c.stamped(c.tip, t.files, next)
	r.move = &t
	return nil
}

// comment tells the pull request, unless the change has nothing to do with the
// rotation: most have not, and nobody wants a comment under each. A forge that refuses it changes no verdict:
// a job for a fork may only read.
func (c *prCall) comment(r *guardReport) error {
	number := c.f.pull
	if number == 0 {
		number = c.pullOfCI()
	}
	if number == 0 || c.f.dryRun || !r.touched {
		return nil
	}
	f, err := c.reach()
	if err == nil {
		err = f.Comment(c.ctx, number, r.mark, r.comment(forge.LimitsOf(c.f.flavour)))
	}
	if err != nil {
		fmt.Fprintf(&c.talk, "note: the comment on #%d was not written: %v\n", number, err)
	}
	return nil
}

func (r *guardReport) comment(l forge.Limits) string {
	return sink.Cut(r.markdown()+"\n", r.mark+"\n", max(0, l.Body-len(l.DraftByTitle)))
}
