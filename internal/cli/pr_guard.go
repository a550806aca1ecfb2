package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// guardReport is what the guard says of a change.
type guardReport struct {
	// name of the state, "" where neither side has one.
	name     string
	state    string
	findings problem.List
	// move is what the change does, if it is a move.
	move *prText
	// notes are what is no fault and good to know.
	notes []string
	mark  string
}

// guard judges what merging the head into the base would give.
func (c *prCall) guard() (prResult, error) {
	head, err := c.repo.Resolve(c.f.head)
	if err != nil {
		return nil, problem.PRNoHead.With(c.f.head)
	}
	merged, err := c.repo.Merge(c.tip, head)
	switch {
	case errors.Is(err, repo.ErrUnrelated):
		return nil, problem.PRUnrelated.With(c.f.head, c.base).Because(err)
	case err != nil && !errors.Is(err, repo.ErrConflict):
		return nil, c.gitProblem(err)
	}
	r := &guardReport{state: c.state, mark: c.mark("guard")}
	if c.now != nil {
		r.name = c.now.Metadata.Name
	}
	if errors.Is(err, repo.ErrConflict) {
		r.findings = append(r.findings, problem.PRGuardConflict.With(c.base))
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
	return r, c.comment(r)
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
	evidence, err := c.guardEvidence(next)
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

// guardEvidence is what the change has of evidence, and what the flags bring.
func (c *prCall) guardEvidence(next *state.Rotation) (rotation.Evidence, error) {
	e, err := c.claimed(next)
	if err != nil {
		return e, err
	}
	own, err := (&evidenceFlags{files: c.f.evidence.files, assumed: c.f.evidence.assumed, because: c.f.evidence.because}).load(filepath.Join(c.root, "none"), &state.Rotation{})
	e.Observations = append(e.Observations, own.Observations...)
	e.Assumptions = append(e.Assumptions, own.Assumptions...)
	return e, err
}

// guardOutputs writes the outputs again and compares.
func (c *prCall) guardOutputs(r *guardReport, next *state.Rotation) error {
	if len(next.Spec.Outputs) == 0 {
		return nil
	}
	files, err := c.syncFiles(next)
	if err != nil {
		r.findings = append(r.findings, problem.Of(c.told(err))...)
		return nil
	}
	for _, f := range onlyChanged(files) {
		switch {
		case f.want == nil:
			r.findings = append(r.findings, problem.PRGuardStale.With().In(f.name))
		case f.have == nil:
			r.findings = append(r.findings, problem.PRGuardMissing.With(f.output+1).In(f.name))
		default:
			r.findings = append(r.findings, problem.PRGuardEdited.With(f.output+1).In(f.name))
		}
	}
	return nil
}

// guardKeys looks for private keys in every version of a file that the change
// brings: what a later commit of it takes away again stays in the history.
func (c *prCall) guardKeys(r *guardReport, merged string) error {
	blobs, err := c.repo.NewBlobs(c.tip, merged)
	if err != nil {
		return c.gitProblem(err)
	}
	for _, b := range blobs {
		if b.Size > maxOwned {
			r.notes = append(r.notes, code(b.Name)+" is too large to be searched for keys")
			continue
		}
		text, err := c.repo.Object(b.Object)
		if err != nil {
			return c.gitProblem(err)
		}
		if survey.ClearKey(text) {
			r.findings = append(r.findings, problem.PRGuardKey.With().In(b.Name))
		}
	}
	return nil
}

// comment tells the pull request. A forge that refuses it changes no verdict:
// a job for a fork may only read.
func (c *prCall) comment(r *guardReport) error {
	number := c.f.pull
	if number == 0 {
		number = c.pullOfCI()
	}
	if number == 0 || c.f.dryRun {
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

func (r *guardReport) safe() bool { return len(r.findings) == 0 }

func (r *guardReport) text() string {
	text := r.head() + "\n" + r.lines("  ")
	if r.move != nil {
		text += "when it is merged:\n" + r.radius("  ")
	}
	for _, note := range r.notes {
		text += "note: " + note + "\n"
	}
	return text
}

func (r *guardReport) head() string {
	verdict := "may be merged"
	if !r.safe() {
		verdict = "must not be merged"
	}
	name := r.name
	if name == "" {
		name = r.state
	}
	return fmt.Sprintf("%s: this change %s", name, verdict)
}

func (r *guardReport) data() any {
	type finding struct {
		Code  string   `json:"code"`
		File  string   `json:"file,omitempty"`
		Path  string   `json:"path,omitempty"`
		Text  string   `json:"text"`
		Hints []string `json:"hints,omitempty"`
	}
	list := []finding{}
	for _, p := range r.findings {
		list = append(list, finding{string(p.Code), p.File, p.Path, p.Text, p.Hints})
	}
	type change struct {
		From  string `json:"from"`
		To    string `json:"to"`
		Epoch int64  `json:"epoch"`
		Back  bool   `json:"back,omitempty"`
		Wave  bool   `json:"wave,omitempty"`
	}
	var radius []string
	var move *change
	if t := r.move; t != nil {
		radius = t.restartLines()
		move = &change{t.move.From, t.move.To, t.next.Status.Epoch, t.move.Back, t.move.Wave}
	}
	return struct {
		Safe     bool      `json:"safe"`
		Move     *change   `json:"move,omitempty"`
		Findings []finding `json:"findings"`
		Radius   []string  `json:"blastRadius,omitempty"`
		Notes    []string  `json:"notes,omitempty"`
	}{r.safe(), move, list, radius, r.notes}
}

// lines are the findings with what to do, for people.
func (r *guardReport) lines(bullet string) string {
	var b strings.Builder
	for _, p := range r.findings {
		b.WriteString(bullet + plain(p.Error()) + "\n")
		for _, hint := range p.Hints {
			b.WriteString("  " + bullet + "what to do: " + hint + "\n")
		}
	}
	return b.String()
}

func (r *guardReport) outputs() [][2]string {
	return [][2]string{{"safe", fmt.Sprint(r.safe())}, {"findings", fmt.Sprint(len(r.findings))}}
}

func (r *guardReport) ending(*prFlags) error {
	if r.safe() {
		return nil
	}
	return errFound
}

// markdown is the comment without its mark.
func (r *guardReport) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", r.head())
	b.WriteString(r.lines("- "))
	if r.move != nil {
		b.WriteString("\n**What it does when it is merged**\n\n" + r.radius("- "))
	}
	for _, note := range r.notes {
		b.WriteString("- " + note + "\n")
	}
	return b.String()
}

// radius is what the merge reaches.
func (r *guardReport) radius(bullet string) string {
	t := r.move
	lines := []string{fmt.Sprintf("phase `%s` → `%s` (epoch %d): %s", t.now.Status.Phase, t.next.Status.Phase, t.next.Status.Epoch, phaseWords[t.next.Status.Phase])}
	if !slices.Equal(t.before.Bundle, t.after.Bundle) {
		lines = append(lines, fmt.Sprintf("trust bundle: %s → %s", t.certNames(t.before.Bundle), t.certNames(t.after.Bundle)))
	}
	if !slices.Equal(t.before.Issuer, t.after.Issuer) {
		lines = append(lines, fmt.Sprintf("issuer: %s → %s", t.certNames(t.before.Issuer), t.certNames(t.after.Issuer)))
	}
	lines = append(lines, t.restartLines()...)
	lines = append(lines, fmt.Sprintf("%d files change", len(t.files)))
	if t.revert.Verdict.Safe {
		lines = append(lines, "going back one phase is safe right after the merge")
	} else {
		lines = append(lines, "**going back one phase is not safe** right after the merge")
	}
	return bullet + strings.Join(lines, "\n"+bullet) + "\n"
}

func (r *guardReport) comment(l forge.Limits) string {
	body := r.markdown() + "\n"
	if r := []rune(body); l.Body > 0 && len(r)+len(l.DraftByTitle)+200 > l.Body {
		body = string(r[:l.Body-200]) + "\n\n(cut)\n\n"
	}
	return body + r.mark + "\n"
}
