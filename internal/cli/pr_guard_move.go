package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// judgeMove judges the step of the status from the base's.
func (c *guardCall) judgeMove(next *state.Rotation) error {
	r := c.r
	was, is := c.now.Clone().Status, next.Clone().Status
	r.noteSpec(c.now, next)
	r.judgeSpec(c.now, next)
	r.judgeInstants(was.Log, is.Log, c.instant())
	if err := c.judgeLanded(c.now, next); err != nil {
		return err
	}
	if err := c.judgeAuthors(next); err != nil {
		return err
	}
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
		r.judgeWave(was.Wave, is.Wave)
		c.noteEvidence()
		if len(r.findings) == 0 {
			r.notes = append(r.notes, fmt.Sprintf("no change of phase: the state stays in `%s` (epoch %d)", is.Phase, is.Epoch))
		}
	default:
		return c.judgeStep(next)
	}
	return nil
}

// judgeFall says what is wrong with an epoch that falls: what a revert in Git does.
func (c *guardCall) judgeFall(next *state.Rotation) *problem.Problem {
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
func (c *guardCall) judgeStep(next *state.Rotation) error {
	r := c.r
	evidence, err := c.witnessed(next)
	if err != nil { // it came with the change, so the change cannot be judged
		r.findings = append(r.findings, problem.Of(c.told(err))...)
		return nil
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
	if err := c.noteUnseen(r, next); err != nil {
		return err
	}
	t, err := textOf(c.now, next, evidence)
	if err != nil {
		return err
	}
	t.move, t.state, t.base, t.files = m, c.state, c.base, c.differs
	t.stamped, err = c.newStamps(next.Status.Stamp)
	r.move = &t
	return c.gitProblem(err)
}

// maxStamped is the largest file in which stamps are counted, in bytes.
const maxStamped = 16 << 20

// newStamps counts the places in the changed files that have the stamp now and
// had another, or none, at the base.
func (c *guardCall) newStamps(stamp string) (count int, err error) {
	if stamp == "" {
		return 0, nil
	}
	counts := map[string]int{} // per file, negative where the base has more
	for sign, t := range map[int]*repo.Tree{1: c.after, -1: c.before} {
		err := c.texts(t, c.differs, maxStamped, func(name string, text []byte) {
			counts[name] += sign * strings.Count(string(text), stamp)
		})
		if err != nil {
			return 0, err
		}
	}
	delete(counts, c.state)
	for _, n := range counts {
		count += max(0, n)
	}
	return count, nil
}

// linksJudged checks what spec.links and evidence name before any of it is
// read: regular files of the change, or what the base names outside of it.
func (c *guardCall) linksJudged(next *state.Rotation) bool {
	before := len(c.r.findings)
	known := map[string]bool{}
	if c.now != nil {
		for _, link := range c.now.Spec.Links {
			known[link.State], known[link.Observation] = true, true
		}
	}
	for _, link := range next.Spec.Links {
		for _, path := range []string{link.State, link.Observation} {
			name := c.beside(path)
			switch {
			case path == "":
			case filepath.IsAbs(filepath.FromSlash(path)) || !filepath.IsLocal(filepath.FromSlash(name)):
				if !known[path] {
					c.r.fail(problem.PRGuardLinkOutside.With(shownName(link.Name), shownName(path)).In(c.state))
				}
			default:
				c.r.owned = append(c.r.owned, name)
				c.regular(name)
			}
		}
	}
	for _, name := range c.differs {
		if c.now != nil && c.isEvidence(name) {
			c.r.owned = append(c.r.owned, name)
			c.regular(name)
		}
	}
	return len(c.r.findings) == before
}

// regular adds a finding for a path of the merge that is no regular file, or one
// too large to be read; nothing at all is for its reader to miss.
func (c *guardCall) regular(name string) {
	switch _, err := c.after.Find(name); {
	case isNotRegular(err):
		c.r.fail(problem.PRGuardNotFile.With(err, "change").In(shownName(name)))
	case c.skipped[name]:
		c.r.fail(problem.PRGuardUnreadable.With("change", repo.ErrTooLarge).In(shownName(name)))
	}
}
